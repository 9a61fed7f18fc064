"""The page for operators: what waits, how fast it goes, and what the last hour was like."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from api.layout.texts import load_texts
from api.pages.system import describe_drain
from api.services import EXTENSION
from db.clock import read_time
from db.engine import Database
from db.tables.chunks import ChunkRow
from tests.support.answers.http import upload
from tests.support.media.sample_pictures import encode_scene

TEXT = load_texts("en")


@pytest.fixture
def worked(client: FlaskClient) -> Database:
    """A database in which three chunks ended: now, ten minutes ago, and yesterday."""
    database: Database = client.application.extensions[EXTENSION].database
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        upload(client, {name: encode_scene("JPEG")})
    with database.write() as session:
        now = read_time(session)
        for number, (minutes, done) in enumerate(((0, 5), (10, 3), (1440, 7)), start=1):
            ended = now - timedelta(minutes=minutes, seconds=1)
            session.execute(
                update(ChunkRow)
                .where(ChunkRow.id == number)
                .values(finished_at=ended, done=done, state="finished")
            )
    return database


def test_the_page_draws_the_last_hour(client: FlaskClient, worked: Database) -> None:
    page = client.get("/system").text
    assert "at most 5 per minute" in page
    assert "10 min ago: 3 analyzed" in page
    assert page.count("min ago: ") == 2


def test_an_hour_without_work_says_so(client: FlaskClient) -> None:
    assert "Nothing was analyzed in the last hour." in client.get("/system").text


@pytest.mark.parametrize(
    ("items", "ended", "said"),
    [
        (0, 0, "Nothing to do."),
        (10, 0, ""),
        (30, 60, "about 30 s to go"),
        (1200, 60, "about 20 min to go"),
        (36_000, 60, "about 10 h to go"),
        (360_000, 60, "about 4 days to go"),
    ],
)
def test_what_waits_is_said_in_time(items: int, ended: int, said: str) -> None:
    assert describe_drain(items, ended, TEXT) == said
