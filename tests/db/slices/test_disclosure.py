"""Answers withhold small counts, and no two of them reveal more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product
from random import Random

import pytest
from sqlalchemy import select

from db.audience.table import Audience
from db.counts.periods import Period
from db.engine import Database
from db.item_values import ItemResult, NewItem
from db.job_values import NewJob
from db.slices.bands import parse_bands
from db.slices.disclosure import Disclosure
from db.slices.queries import AudienceQuery, SliceQuery
from db.submissions.drafts import accept_job
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from tests.support.work.audiences import read_audience
from tests.support.work.jobs import claim, hints, make_face, record

MIN_CELL = 5
START = datetime(2026, 3, 1, tzinfo=UTC)
Face = tuple[int, datetime, str, str, int]


def fill(database: Database) -> None:
    """Two jobs of one tag, over ten days and three stores, a few faces in each."""
    chance = Random(8)
    for count in (40, 3):
        items = [
            NewItem(
                f"{number}",
                f"file:///{number}",
                START + timedelta(days=chance.randint(0, 9), hours=chance.randint(9, 12)),
                {"store": chance.choice(["Lyon", "Lyon", "Nice", "Metz"])},
            )
            for number in range(count)
        ]
        with database.write() as session:
            accept_job(session, NewJob(tags=("spring",)), items, 100)
    for chunk_id in hints(database, resend_seconds=-1):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        faces = [
            (make_face(chance.uniform(10, 70), chance.choice([0.1, 0.9])),) for _ in chunk.items
        ]
        results = [
            ItemResult(item, None, 640, 480, found)
            for item, found in zip(chunk.items, faces, strict=True)
        ]
        assert record(database, chunk, results)


def read_faces(database: Database) -> list[Face]:
    rows = select(ItemRow.job_id, ItemRow.captured_at, ItemRow.dimensions, FaceRow.gender,
                  FaceRow.age).join(FaceRow)  # fmt: skip
    with database.read() as session:
        return [
            (job, taken, dimensions["store"], gender, age)
            for job, taken, dimensions, gender, age in session.execute(rows)
        ]


def list_questions() -> Iterator[AudienceQuery]:
    """Queries that differ by a year, a day, a store, or a job."""
    populations = [
        SliceQuery(),
        SliceQuery(tag="spring"),
        SliceQuery(job_id=1),
        *(SliceQuery(dimensions={"store": store}) for store in ("Lyon", "Nice", "Metz")),
        *(SliceQuery(first_day=date(2026, 3, 1), last_day=date(2026, 3, day)) for day in (5, 6, 7)),
        SliceQuery(by_period=Period.HOUR_OF_DAY),
        SliceQuery(by_period=Period.HOUR_OF_DAY, last_day=date(2026, 3, 6)),
    ]
    bands = [parse_bands(f"0-{age},{age + 1}-120") for age in (17, 18, 19, 34, 35)]
    for slices, cut in product(populations, bands):
        yield AudienceQuery(cut, by_gender=True, slices=slices, min_cell=MIN_CELL)
        yield AudienceQuery(cut, by_gender=False, slices=slices, min_cell=MIN_CELL)


def list_published(
    query: AudienceQuery, audience: Audience
) -> Iterator[tuple[AudienceQuery, object, int | None]]:
    yield query, None, audience.faces
    for group in audience.groups:
        yield query, (group.gender, group.age_band, group.period), group.faces


def whose(faces: list[Face], query: AudienceQuery, group: object) -> frozenset[int]:
    """The faces behind a published number."""
    slices = query.slices
    gender, label, hour = group if isinstance(group, tuple) else (None, None, None)
    return frozenset(
        number
        for number, (job, taken, store, said, age) in enumerate(faces)
        if slices.job_id in (None, job)
        and slices.dimensions.get("store", store) == store
        and (slices.first_day or date.min) <= taken.date() <= (slices.last_day or date.max)
        and hour in (None, f"{taken:%H}")
        and gender in (None, said)
        and (label is None or any(b.label == label and b.low <= age <= b.high for b in query.bands))
    )


def bounds(published: int | None) -> tuple[int, int]:
    """What a reader can conclude from one number."""
    if published is None:
        return 1, MIN_CELL - 1
    if published == 0:
        return 0, 0
    assert published % MIN_CELL == 0, "only a multiple leaves open which count it stands for"
    half = MIN_CELL // 2
    return max(MIN_CELL, published - half), published + half


def test_no_two_answers_reveal_a_few_faces(database: Database) -> None:
    fill(database)
    faces = read_faces(database)
    answers: dict[frozenset[int], int | None] = {}
    with database.read() as session:
        for query in list_questions():
            for one, group, published in list_published(query, read_audience(session, query)):
                answers[whose(faces, one, group)] = published
    tried = 0
    for (smaller, a), (larger, b) in combinations(
        sorted(answers.items(), key=lambda t: len(t[0])), 2
    ):
        if smaller < larger and len(larger) - len(smaller) < MIN_CELL and smaller:
            if a is None or b is None:
                continue
            (low_a, high_a), (low_b, high_b) = bounds(a), bounds(b)
            least, most = low_b - high_a, high_b - low_a
            # What the two say together is also said where nobody, or a whole cell, makes the
            # difference.
            assert least <= 0 or most >= MIN_CELL, (sorted(larger - smaller), a, b)
            tried += 1
    assert tried > 20


def test_small_counts_are_withheld_and_all_others_rounded(database: Database) -> None:
    fill(database)
    query = AudienceQuery(parse_bands("0-120"), min_cell=MIN_CELL)
    with database.read() as session:
        everyone = read_audience(session, query)
        few = read_audience(session, replace(query, slices=SliceQuery(job_id=2)))
    assert everyone.faces == 45  # of 43
    assert all(group.faces is None or group.faces % MIN_CELL == 0 for group in everyone.groups)
    assert (few.faces, few.median_age, few.under_18_share) == (None, None, None)
    assert all(group.faces in (None, 0) and group.share is None for group in few.groups)
    assert few.groups_withheld > 0


@pytest.mark.parametrize(
    ("count", "published"), [(0, 0), (1, None), (4, None), (5, 5), (7, 5), (8, 10), (1003, 1005)]
)
def test_counts_are_published_as_multiples_of_the_smallest_cell(
    count: int, published: int | None
) -> None:
    assert Disclosure(5).publish_faces(count) == published
    assert Disclosure(1).publish_faces(count) == count


def test_an_average_is_published_only_for_enough_faces() -> None:
    assert Disclosure(5).publish_average(33.6, 49) is None
    assert Disclosure(5).publish_average(33.6, 50) == 34.0
    assert Disclosure(1).publish_average(33.64, 1) == 33.6
