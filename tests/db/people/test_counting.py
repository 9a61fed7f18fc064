"""Linked people are counted once in a job, whoever analyzed what, and add up with other jobs."""

from datetime import UTC, datetime

import pytest

from db.audience.people_range import PeopleRange
from db.audience.table import Audience
from db.counts.cube import fold_deltas
from db.counts.periods import Period
from db.engine import Database
from db.job_values import Duplicates
from db.jobs.erasure import erase_job
from db.quality import QualityFilter
from db.slices.bands import parse_bands
from db.slices.queries import AudienceQuery, AudienceTooLarge, SliceQuery
from db.states import Count
from db.videos.tracks import count_people
from tests.support.work.audiences import read_audience
from tests.support.work.jobs import close, make_face, status, submit, work_all
from tests.support.work.linking import find_all, link, submit_for_people
from tests.support.work.worker import read_all
from worker.settings import Settings

# Five people in seven faces; the last picture shows two who are alike, and therefore differ.
SEEN = [[1, 2], [1], [3, 2], [], [4, 4]]


def read(database: Database, count: Count = Count.PEOPLE, **query: object) -> Audience:
    min_cell = query.pop("min_cell", 1)
    groups = {name: query.pop(name) for name in ("by_gender", "by_age_band") if name in query}
    with database.read() as session:
        return read_audience(
            session,
            AudienceQuery(
                bands=parse_bands("marketing"),
                slices=SliceQuery(**query),  # type: ignore[arg-type]
                count=count,
                min_cell=min_cell,  # type: ignore[arg-type]
                **groups,  # type: ignore[arg-type]
            ),
        )


def fold(database: Database) -> None:
    with database.write() as session:
        fold_deltas(session)


def list_people(database: Database, job_id: int) -> dict[str, list[int | None]]:
    return {
        name: [face.person for face in item.faces]
        for name, item in read_all(database, job_id).items()
    }


@pytest.mark.parametrize("folded", [False, True], ids=["cells", "cube"])
def test_people_count_once(settings: Settings, database: Database, folded: bool) -> None:
    job_id = submit_for_people(database, items=5)
    find_all(database, SEEN)
    assert read(database, Count.FACES).faces == 7
    link(settings, database)
    if folded:
        fold(database)
    for query in ({"job_id": job_id}, {}):
        assert read(database, Count.FACES, **query).faces == 7
        people = read(database, **query)
        assert people.faces == 5
        assert people.people == PeopleRange(5, 5)
        # Women of 21 to 24 years.
        assert [(one.faces, one.people) for one in people.groups if one.faces] == [
            (5, PeopleRange(5, 5))
        ]
    assert list_people(database, job_id) == {
        "0.jpg": [1, 2], "1.jpg": [1], "2.jpg": [3, 2], "3.jpg": [], "4.jpg": [4, 5],
    }  # fmt: skip
    found = status(database, job_id).people
    assert found is not None
    assert (found.people, found.low, found.high, found.linked) == (5, 5, 5, 7)
    with database.read() as session:
        assert count_people(session, [job_id]) == {job_id: 5}


@pytest.mark.parametrize("chunk_items", [1, 2, 5])
@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_chunks_and_their_order_do_not_matter(
    settings: Settings, database: Database, chunk_items: int, backwards: bool
) -> None:
    job_id = submit_for_people(database, items=5, chunk_items=chunk_items)
    find_all(database, SEEN, backwards=backwards)
    link(settings, database)
    assert list_people(database, job_id)["2.jpg"] == [3, 2]
    assert read(database, job_id=job_id).faces == 5


def test_people_count_where_and_when_they_were_seen_first(
    settings: Settings, database: Database
) -> None:
    days = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in (2, 1, 2)]
    job_id = submit_for_people(
        database, items=3, captured_at=days, stores=["Lyon", "Paris", "Lyon"]
    )
    find_all(database, [[1, 2], [1], [3]])
    link(settings, database)
    by_day = read(database, job_id=job_id, by_period=Period.DAY, by_gender=False, by_age_band=False)
    assert {one.period: one.faces for one in by_day.groups} == {"2026-03-01": 1, "2026-03-02": 2}
    stores = read(database, by_dimensions=("store",), by_gender=False, by_age_band=False)
    assert {one.dimensions["store"]: one.faces for one in stores.groups} == {"Lyon": 2, "Paris": 1}
    # Person 1 is who was seen first, not who is in the first picture.
    assert list_people(database, job_id)["1.jpg"] == [1]


def test_jobs_with_and_without_linked_people_add_up(settings: Settings, database: Database) -> None:
    submit(database, items=2)
    work_all(database, [make_face()])
    close(database)
    job_id = submit_for_people(database, items=5)
    find_all(database, SEEN)
    link(settings, database)
    assert read(database).faces == 2 + 5
    assert read(database).people == PeopleRange(7, 7)
    with database.write() as session:
        erase_job(session, job_id)
    fold(database)
    assert read(database).faces == 2
    assert read(database).people is None


def test_faces_that_are_too_unclear_are_nobody(settings: Settings, database: Database) -> None:
    submit(database, items=1)
    work_all(database, [make_face(quality=0.1)])
    close(database)
    submit_for_people(database, items=2)
    find_all(database, [[1], [1]])
    link(settings, database)
    people = read(database)
    assert (people.faces, people.too_unclear) == (1, 1)


def test_duplicates_that_count_are_the_same_person(settings: Settings, database: Database) -> None:
    job_id = submit_for_people(database, items=2, duplicates=Duplicates.COUNT)
    find_all(database, [[1], [1]])
    link(settings, database)
    assert read(database, job_id=job_id).faces == 1


def test_small_ranges_are_withheld_with_their_counts(
    settings: Settings, database: Database
) -> None:
    submit_for_people(database, items=5)
    find_all(database, [[1], [2], [3], [3], [3]])
    link(settings, database)
    withheld = read(database, min_cell=5)
    assert (withheld.faces, withheld.people) == (None, PeopleRange(None, None))


def test_people_are_not_counted_anew_by_quality(settings: Settings, database: Database) -> None:
    job_id = submit_for_people(database, items=5)
    find_all(database, SEEN)
    link(settings, database)
    better = QualityFilter(least=0.5)
    with pytest.raises(AudienceTooLarge, match="use count=faces"):
        read(database, job_id=job_id, quality=better)
    assert read(database, Count.FACES, job_id=job_id, quality=better).faces == 7
