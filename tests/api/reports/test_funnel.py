"""The funnel of a report: from submitted items to counted faces."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from db.engine import Database
from db.item_values import NewItem
from db.job_values import Duplicates, JobOptions, NewJob
from db.submissions.drafts import accept_job
from models.face import Dropped
from tests.support.answers.pages import read
from tests.support.work.jobs import (
    claim,
    hints,
    make_face,
    record,
    results_of,
    submit,
    work_all,
)
from tests.support.work.reports import FACES, make_job
from worker.settings import Settings


def test_the_funnel_accounts_for_every_item(client: FlaskClient, settings: Settings) -> None:
    make_job(settings, [{}] * 6, fail=["3.jpg", "4.jpg"])
    words = read(client).words

    bars = "Submitted 6 failed: unreadable 2 Analyzed 4 Faces found 8 Faces counted 8"
    assert bars in words
    assert "excluded" not in words
    assert "8 faces in 4 analyzed of 6 submitted items" in words


def test_excluded_faces_are_bars_of_the_funnel(client: FlaskClient, settings: Settings) -> None:
    database = Database(settings.database_url)
    submit(database, items=2)
    for chunk_id in hints(database):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        dropped = [
            replace(result, dropped=Dropped(too_small=1)) for result in results_of(chunk, FACES)
        ]
        assert record(database, chunk, dropped)
    database.close()
    assert "excluded: too small 2 Faces found 4" in read(client).words


def test_faces_too_unclear_to_judge_are_a_bar_between_those_found_and_those_counted(
    client: FlaskClient, settings: Settings
) -> None:
    database = Database(settings.database_url)
    submit(database, items=2)
    work_all(database, faces=[make_face(), make_face(6.0, quality=0.1), make_face(quality=0.2)])
    database.close()
    assert "Faces found 6 too unclear to judge 4 Faces counted 2" in read(client).words


@pytest.mark.parametrize(
    ("wanted", "faces", "sentence"),
    [
        (Duplicates.COUNT, 4, "Faces in duplicates are counted every time."),
        (Duplicates.ONCE, 2, "Faces in duplicates are counted once."),
    ],
)
def test_duplicates_are_a_bar_and_the_page_says_how_they_count(
    client: FlaskClient, settings: Settings, wanted: Duplicates, faces: int, sentence: str
) -> None:
    database = Database(settings.database_url)
    job = NewJob(options=JobOptions(duplicates=wanted))
    with database.write() as session:
        accept_job(session, job, [NewItem("a.jpg", "file:///a"), NewItem("b.jpg", "file:///b")], 2)
    for chunk_id in hints(database):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        same = [replace(result, digest=b"same") for result in results_of(chunk, FACES)]
        assert record(database, chunk, same)
    database.close()
    words = read(client).words

    bars = "Submitted 2 Analyzed 2 duplicates 1 Faces found"
    assert f"{bars} {faces} Faces counted {faces}" in words
    assert sentence in words


def test_waiting_items_are_a_bar_of_the_funnel(client: FlaskClient, settings: Settings) -> None:
    database = Database(settings.database_url)
    submit(database, items=3)
    database.close()
    words = read(client).words

    assert "Submitted 3 waiting 3 Analyzed 0" in words
    assert "No faces found so far." in words
