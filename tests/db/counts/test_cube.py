"""The cube agrees with the faces, whatever happened in between."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from db.counts.cube import fold_deltas
from db.counts.periods import Period
from db.counts.tally import Unit
from db.counts.totals import TOO_UNCLEAR
from db.engine import Database
from db.quality import QualityFilter
from db.slices.queries import SliceQuery
from db.slices.slices import read_all_slices, read_slices
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from models.face import FRONTAL_YAW_DEGREES
from tests.support.run.databases import KINDS, open_empty
from tests.support.work.cubes import cells_in, fill, fold_all

# The second of three jobs, partly folded.
JOB = 2
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_faces(database: Database) -> list[Any]:
    """All faces with what they are counted by."""
    rows = select(
        JobRow.id, JobRow.tags, JobRow.options, ItemRow.captured_at, ItemRow.dimensions,
        FaceRow.gender, FaceRow.age, FaceRow.female, FaceRow.age_high - FaceRow.age_low,
        FaceRow.judged, FaceRow.quality, FaceRow.yaw,
    ).join(ItemRow, ItemRow.job_id == JobRow.id).join(FaceRow)  # fmt: skip
    with database.read() as session:
        return list(session.execute(rows.where(JobRow.erasing_at.is_(None))))


def recount(faces: list[Any], query: SliceQuery) -> dict[object, Counter[object]]:
    """The slices of a query, counted from the faces."""
    found: dict[object, Counter[object]] = {}
    for job_id, tags, options, captured_at, dimensions, *rest in faces:
        gender, age, female, width, judged, quality, yaw = rest
        zone = ZoneInfo(query.time_zone or options["time_zone"])
        local = captured_at and captured_at.astimezone(zone)
        if query.quality.frontal and abs(yaw) > FRONTAL_YAW_DEGREES:
            continue
        day = local.date() if local else None
        if query.job_id not in (None, job_id) or (query.tag and query.tag not in tags):
            continue
        if any(dimensions.get(name) != value for name, value in query.dimensions.items()):
            continue
        if (query.first_day or query.last_day) and day is None:
            continue
        if day and not (query.first_day or date.min) <= day <= (query.last_day or date.max):
            continue
        key = (tuple(dimensions.get(n) for n in query.by_dimensions), name_time(local, query))
        cell = (gender, min(age, 100))
        counter = found.setdefault(key, Counter())
        if not judged or quality < (query.quality.least or 0):
            counter[TOO_UNCLEAR] += 1
            continue
        counter[(*cell, "faces")] += 1
        counter[(*cell, "female_milli")] += round(female * 1000)
        counter[(*cell, "width_years")] += width
    return {key: +counter for key, counter in found.items()}


def recount_all(database: Database, queries: dict[str, SliceQuery]) -> dict[str, object]:
    faces = read_faces(database)
    return {name: recount(faces, query) for name, query in queries.items()}


def name_time(local: datetime | None, query: SliceQuery) -> str | None:
    if query.by_period is None:
        return None
    if local is None:
        return "undated"
    weekday, offset = WEEKDAYS[local.weekday()], local.isoformat()[-len("+00:00") :]
    return {
        Period.QUARTER_HOUR: f"{local:%Y-%m-%dT%H}:{local.minute // 15 * 15:02}{offset}",
        Period.HOUR: f"{local:%Y-%m-%dT%H}:00{offset}",
        Period.DAY: f"{local:%Y-%m-%d}",
        Period.WEEK: f"{local:%G-W%V}",
        Period.MONTH: f"{local:%Y-%m}",
        Period.WEEKDAY: weekday,
        Period.HOUR_OF_DAY: f"{local:%H}",
        Period.HOUR_OF_WEEK: f"{weekday} {local:%H}",
    }[query.by_period]


QUERIES = {
    "all": SliceQuery(),
    "tag": SliceQuery(tag="b"),
    "no such tag": SliceQuery(tag="z"),
    "by store": SliceQuery(by_dimensions=("store",)),
    "by two": SliceQuery(by_dimensions=("store", "campaign")),
    "by three": SliceQuery(by_dimensions=("camera", "store", "campaign")),
    "one store": SliceQuery(dimensions={"store": "Lyon"}),
    "one store by campaign": SliceQuery(
        dimensions={"store": "Lyon"}, by_dimensions=("campaign",)
    ),
    "two filters by a third": SliceQuery(
        dimensions={"store": "Lyon", "campaign": "spring"}, by_dimensions=("camera",)
    ),
    "by what nothing has": SliceQuery(by_dimensions=("weather",)),
    "by day": SliceQuery(by_period=Period.DAY),
    "by week of a tag": SliceQuery(tag="a", by_period=Period.WEEK),
    "by month and store": SliceQuery(by_dimensions=("store",), by_period=Period.MONTH),
    "by day, two dimensions": SliceQuery(
        by_dimensions=("store",), dimensions={"campaign": "spring"}, by_period=Period.DAY
    ),
    "within a month": SliceQuery(first_day=date(2026, 4, 3), last_day=date(2026, 4, 20)),
    "over months": SliceQuery(
        first_day=date(2026, 3, 25), last_day=date(2026, 4, 28), by_dimensions=("store",)
    ),
    "whole months": SliceQuery(first_day=date(2026, 4, 1), last_day=date(2026, 4, 30)),
    "from": SliceQuery(first_day=date(2026, 4, 10), by_dimensions=("store", "campaign")),
    "to": SliceQuery(last_day=date(2026, 4, 10), by_period=Period.MONTH),
    "before everything": SliceQuery(last_day=date(2025, 1, 1)),
    **{f"by {period}": SliceQuery(by_period=period) for period in Period},
    **{
        f"by store and {period}, from": SliceQuery(
            by_dimensions=("store",), by_period=period, first_day=date(2026, 3, 29)
        )
        for period in Period
    },
    **{
        f"by {period}, of two stores, some days": SliceQuery(
            by_dimensions=("campaign",), dimensions={"store": "Lyon"}, by_period=period, tag="a",
            first_day=date(2026, 3, 28), last_day=date(2026, 4, 6),
        )
        for period in Period
    },
    **{
        f"by {period} in another zone": SliceQuery(by_period=period, time_zone="Asia/Kathmandu")
        for period in Period
    },
    "some days in another zone": SliceQuery(
        first_day=date(2026, 3, 29), last_day=date(2026, 3, 29), time_zone="America/New_York"
    ),
    "two dimensions in another zone": SliceQuery(
        by_dimensions=("store", "campaign"), by_period=Period.DAY, time_zone="America/New_York"
    ),
    "the zone of its jobs": SliceQuery(tag="b", by_period=Period.HOUR, time_zone="Asia/Kolkata"),
}  # fmt: skip
QUALITIES = (QualityFilter(0.8), QualityFilter(frontal=True), QualityFilter(0.6, frontal=True))


# Filled once for all tests, which only read: it takes longer than they do.
@pytest.fixture(scope="module", params=KINDS)
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Three jobs: one folded, one partly folded, one not folded."""
    for database in open_empty(request, tmp_path_factory.mktemp("cube")):
        fill(database, 1, ("a",))
        fold_all(database)
        fill(database, JOB, ("a", "b"))
        with database.write() as session:
            fold_deltas(session, at_once=9)
        fill(database, 3, ())
        yield database


def test_a_job_is_read_from_its_own_cells(filled: Database) -> None:
    of_job = {name: replace(query, job_id=JOB) for name, query in QUERIES.items()}
    expected = recount_all(filled, of_job)
    assert read_all(filled, of_job) == expected


def test_slices_that_are_read_together_are_those_that_are_read_alone(filled: Database) -> None:
    by = [
        ((), None),
        (("store",), None),
        (("campaign", "store"), None),
        (("store",), Period.DAY),
        ((), Period.DAY),
        ((), Period.MONTH),
        ((), None),
    ]
    for job_id in (None, JOB):
        queries = [SliceQuery(job_id, by_dimensions=names, by_period=one) for names, one in by]
        with filled.read() as session:
            together = read_all_slices(session, queries)
            alone = [read_slices(session, query) for query in queries]
        assert [list(one) for one in together] == [list(one) for one in alone]
        assert list(map(cells_in, together)) == list(map(cells_in, alone))


def test_a_job_is_counted_anew_for_a_filter_by_quality(filled: Database) -> None:
    of_job = {
        name: replace(query, job_id=JOB, quality=quality)
        for (name, query), quality in zip(QUERIES.items(), cycle(QUALITIES), strict=False)
    }
    assert read_all(filled, of_job) == recount_all(filled, of_job)


def test_a_filter_that_every_face_meets_changes_no_count(filled: Database) -> None:
    query = SliceQuery(JOB, by_dimensions=("store",))
    with filled.read() as session:
        cells = read_slices(session, query)
        again = read_slices(session, replace(query, quality=QualityFilter(least=0.0)))
    assert cells.keys() == again.keys()
    for key, units in cells.items():
        assert (units[Unit.PICTURE] == again[key][Unit.PICTURE]).all()


def test_the_cube_agrees_with_the_faces(filled: Database) -> None:
    """The last one, as it folds everything."""
    expected = recount_all(filled, QUERIES)
    assert read_all(filled, QUERIES) == expected
    fold_all(filled)
    assert read_all(filled, QUERIES) == expected


def read_all(database: Database, queries: dict[str, SliceQuery]) -> dict[str, object]:
    with database.read() as session:
        return {name: cells_in(read_slices(session, query)) for name, query in queries.items()}
