"""The page for operators: what waits, how fast it goes, and what the last hour was like."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from api.layout.texts import load_texts
from api.metering.response_times import find_quantile, find_response_times
from api.pages.system import describe_drain
from api.services import EXTENSION
from db.clock import read_time
from db.counters import SUM, Histogram, add_counts
from db.engine import Database
from db.tables.chunks import ChunkRow
from tests.support.answers.http import upload
from tests.support.answers.pages import PAGE, Page
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


@pytest.mark.parametrize(
    ("buckets", "half", "most"),
    [
        ({0: 100}, 0.0025, 0.00475),
        ({1: 50, 2: 50}, 0.025, 0.0925),
        ({0: 94, 8: 6}, 0.0026595744680851063, 13.333333333333334),
        ({9: 1}, 30.0, 30.0),
    ],
    ids=["in one bucket", "between two", "a slow tail", "beyond the last bound"],
)
def test_quantiles_are_interpolated(buckets: dict[int, int], half: float, most: float) -> None:
    assert find_quantile(buckets, 0.5) == pytest.approx(half)
    assert find_quantile(buckets, 0.95) == pytest.approx(most)


def test_answers_are_timed_by_their_kind() -> None:
    routes = {"/jobs": 3, "/audience": 2, "/v1/jobs/<int:job_id>": 4, "/v1/analyze": 1}
    others = {"/static/<digest>/<path:name>": 9, "/v1/jobs/events": 9, "none": 9}
    buckets = {(route, "2"): float(number) for route, number in {**routes, **others}.items()}
    sums = {(route, SUM): 5.0 for route in routes}
    found = find_response_times({Histogram.HTTP_REQUEST_SECONDS: {**buckets, **sums}})
    assert [(one.kind, one.requests, one.is_late) for one in found] == [
        ("pages", 3, False),
        ("audience", 2, False),
        ("status", 4, False),
        ("photo", 1, False),
    ]
    slow = find_response_times({Histogram.HTTP_REQUEST_SECONDS: {("/jobs", "5"): 1.0}})
    assert [one.is_late for one in slow] == [True]


def test_the_page_says_how_fast_pages_come(client: FlaskClient) -> None:
    database: Database = client.application.extensions[EXTENSION].database
    with database.write() as session:
        add_counts(session, {(Histogram.HTTP_REQUEST_SECONDS, ("/jobs", "1")): 20.0})
    words = Page(client.get("/system", headers=PAGE).text).words
    assert "Pages 20 15 ms 24 ms 100 ms" in words
