"""Two jobs with the same items are compared by the pictures that both analyzed."""

from collections.abc import Mapping, Sequence

import pytest

import db.results.comparing as comparing
from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.results.comparing import JobComparison, compare_jobs
from db.slices.bands import PRESETS
from db.submissions.drafts import accept_job
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from models.face import Face
from tests.support.work.jobs import claim, hints, make_face, record, results_of

BANDS = PRESETS["life_stage"]
WOMAN, MAN, OLD_MAN = make_face(30, 0.9), make_face(34, 0.1), make_face(70, 0.1)


def analyze(
    database: Database, items: int, faces: Mapping[int, Sequence[Face]], fail: Sequence[str] = ()
) -> int:
    """A job whose pictures have these faces, by position."""
    wanted = [NewItem(f"{number}.jpg", f"file:///{number}.jpg") for number in range(items)]
    with database.write() as session:
        job_id = accept_job(session, NewJob(), wanted, 1)
    for chunk_id in hints(database):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        position = int(chunk.items[0].name.removesuffix(".jpg"))
        assert record(database, chunk, results_of(chunk, faces.get(position, ()), fail))
    return job_id


def compare(database: Database, first: int, second: int, items: int) -> JobComparison:
    with database.read() as session:
        return compare_jobs(session, first, second, items, BANDS)


def test_pictures_are_paired_by_their_position(database: Database) -> None:
    first = analyze(database, 4, {0: [WOMAN], 1: [MAN], 3: [MAN]})
    second = analyze(database, 4, {0: [WOMAN], 1: [OLD_MAN], 2: [WOMAN]})
    found = compare(database, first, second, 4)

    agreement = found.agreement
    assert (found.every, found.videos, found.left_out, agreement.pictures) == (1, 0, 0, 4)
    assert (agreement.first_faces, agreement.second_faces, agreement.both_faces) == (3, 3, 2)
    assert agreement.years_apart == 18.0
    [women, men, _] = agreement.genders
    assert (women.first_faces, women.second_faces) == (1, 2)
    assert (men.first_faces, men.second_faces) == (2, 1)


def test_what_is_not_done_in_both_is_left_out(database: Database) -> None:
    first = analyze(database, 4, {0: [WOMAN]}, fail=["1.jpg"])
    second = analyze(database, 4, {0: [WOMAN]}, fail=["2.jpg"])
    with database.write() as session:
        video = session.query(ItemRow).filter_by(job_id=second, position=3).one()
        video.frames = 10
    found = compare(database, first, second, 4)

    assert (found.agreement.pictures, found.videos, found.left_out) == (1, 1, 2)


def test_very_many_items_are_compared_in_part_and_page_by_page(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "MOST_PICTURES", 4)
    monkeypatch.setattr(comparing, "PICTURES_AT_ONCE", 3)
    jobs = [analyze(database, 10, {3: [WOMAN], 4: [MAN]}) for _ in range(2)]
    found = compare(database, *jobs, 10)

    # Positions 0, 3, 6 and 9.
    assert (found.every, found.agreement.pictures, found.agreement.both_faces) == (3, 4, 1)


def test_faces_that_are_too_poor_to_be_judged_are_not_compared(database: Database) -> None:
    jobs = [analyze(database, 2, {0: [WOMAN], 1: [MAN]}) for _ in range(2)]
    with database.write() as session:
        session.query(FaceRow).filter_by(gender="male").update({"judged": False})
    agreement = compare(database, *jobs, 2).agreement

    assert (agreement.pictures, agreement.first_faces, agreement.both_faces) == (2, 1, 1)
