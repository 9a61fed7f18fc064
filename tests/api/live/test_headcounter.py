"""Faces of a live source become people, with how long they were there."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from api.services import EXTENSION, Services
from db.audience.table import Audience
from db.jobs.headcounts import read_headcounts
from db.reach import EVERYONE
from db.slices.queries import AudienceQuery, SliceQuery
from db.states import Count
from db.tables.playlists import SightingRow
from tests.support.answers.http import OpenClient
from tests.support.work.audiences import read_audience
from tests.support.work.headcounts import MAN, NOON, WOMAN, begin_headcount, show


@pytest.fixture
def services(open_client: OpenClient) -> Services:
    app = open_client(live_sources=("door=rtsp://camera.example/1",), min_cell=1).application
    services: Services = app.extensions[EXTENSION]
    return services


def count(services: Services, job_id: int, count: Count) -> Audience:
    query = AudienceQuery((), by_age_band=False, slices=SliceQuery(job_id), count=count)
    with services.database.read() as session:
        return read_audience(session, query)


def genders(audience: Audience) -> dict[str | None, int | None]:
    return {group.gender: group.faces for group in audience.groups}


def test_people_are_counted_once_with_their_seconds(services: Services) -> None:
    counter = begin_headcount(services)
    show(counter, [WOMAN, MAN], range(3))
    show(counter, [MAN], range(3, 7))
    counter.end(is_last=True)
    assert counter.is_over
    people = count(services, 1, Count.PEOPLE)
    assert genders(people) == {"female": 1, "male": 1, "unknown": 0}
    time = count(services, 1, Count.SECONDS).screen_time
    assert time is not None
    assert (time.seconds, time.attention) == (10.0, 0.3)
    assert count(services, 1, Count.FACES).faces == 12 + 28


def test_a_new_day_has_a_job_of_its_own(services: Services) -> None:
    counter = begin_headcount(services)
    midnight = datetime(2026, 11, 29, tzinfo=UTC)
    show(counter, [WOMAN], range(4), midnight - timedelta(seconds=2))
    counter.end(is_last=True)
    for job_id in (1, 2):
        assert count(services, job_id, Count.SECONDS).faces == 1
    with services.database.read() as session:
        assert read_headcounts(session, EVERYONE) == []


def test_what_was_written_before_a_restart_is_not_counted_again(services: Services) -> None:
    first = begin_headcount(services)
    show(first, [WOMAN], range(3))
    first.end(is_last=False)
    first.release(None)
    second = begin_headcount(services, "two")
    show(second, [MAN], range(3))
    second.end(is_last=True)
    assert genders(count(services, 1, Count.PEOPLE)) == {"female": 1, "male": 1, "unknown": 0}


def test_one_that_has_lost_its_lease_counts_nothing_more(services: Services) -> None:
    first = begin_headcount(services)
    show(first, [WOMAN], range(3))
    first.release(None)
    begin_headcount(services, "two")
    first.end(is_last=True)
    assert first.is_over
    with services.database.read() as session:
        assert [one.job_id for one in read_headcounts(session, EVERYONE)] == [None]


@pytest.mark.parametrize("keeps_times", [False, True])
def test_when_people_were_seen_is_kept_only_if_asked_for(
    services: Services, keeps_times: bool
) -> None:
    counter = begin_headcount(services, keeps_times=keeps_times)
    show(counter, [WOMAN, MAN], range(2))
    show(counter, [MAN], range(2, 3))
    counter.end(is_last=True)
    with services.database.read() as session:
        rows = session.scalars(select(SightingRow).order_by(SightingRow.gender)).all()
    assert [(row.gender, row.first_second, row.seconds) for row in rows] == [
        ("female", NOON, bytes([10, 10, 10, 10])),
        ("male", NOON, bytes([10, 0, 10, 0, 10, 0])),
    ][: 2 * keeps_times]
    assert all(row.dimensions == {"source": "door"} for row in rows)
