"""Two jobs with the same items, compared picture by picture."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.states import ItemState
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from models.accuracy.agreement import Agreement, AgreementTally, SeenFace
from models.face import Box
from models.statistics.confusion import AgeRange

# More pictures would only make a request slower: with this many, intervals are narrow.
MOST_PICTURES = 20_000
PICTURES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class JobComparison:
    """How far two jobs agree; of very many items, only every so-maniest is compared.

    `left_out` counts items that are not done in both jobs, or are duplicates.
    """

    agreement: Agreement
    every: int
    videos: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _Pair:
    """The same picture in both jobs."""

    position: int
    first: int
    second: int


def compare_jobs(
    session: Session, first_id: int, second_id: int, items: int, bands: Sequence[AgeRange]
) -> JobComparison:
    """Compare two jobs whose items are the same at every position; `items` is how many."""
    every = max(1, ceil(items / MOST_PICTURES))
    tally, left = AgreementTally(bands), _count_left_out(session, first_id, second_id, every)
    number = 0
    for pairs in _read_pairs(session, first_id, second_id, every):
        faces = _read_faces(session, [item for pair in pairs for item in (pair.first, pair.second)])
        for pair in pairs:
            tally.add(number, faces[pair.first], faces[pair.second])
            number += 1
    videos, others = left
    return JobComparison(tally.measure(), every, videos, others)


def _read_pairs(
    session: Session, first_id: int, second_id: int, every: int
) -> Iterator[list[_Pair]]:
    first, second = aliased(ItemRow), aliased(ItemRow)
    query = (
        select(first.position, first.id, second.id)
        .join(second, second.position == first.position)
        .where(
            first.job_id == first_id,
            second.job_id == second_id,
            first.position % every == 0,
            *(condition for item in (first, second) for condition in _is_compared(item)),
        )
        .order_by(first.position)
        .limit(PICTURES_AT_ONCE)
    )
    after = -1
    while pairs := [_Pair(*row) for row in session.execute(query.where(first.position > after))]:
        yield pairs
        after = pairs[-1].position


def _is_compared(item: type[ItemRow]) -> tuple[ColumnElement[bool], ...]:
    """Which of several duplicates has the faces may differ between two jobs."""
    return item.state == ItemState.DONE, item.frames.is_(None), item.duplicate_of.is_(None)


def _count_left_out(session: Session, first_id: int, second_id: int, every: int) -> tuple[int, int]:
    """How many videos, and how many other items that are not compared."""
    first, second = aliased(ItemRow), aliased(ItemRow)
    is_video = or_(first.frames.is_not(None), second.frames.is_not(None))
    compared = and_(*_is_compared(first), *_is_compared(second))
    counted = (
        select(
            func.coalesce(func.sum(case((is_video, 1), else_=0)), 0),
            func.coalesce(func.sum(case((or_(is_video, compared), 0), else_=1)), 0),
        )
        .join(second, second.position == first.position)
        .where(first.job_id == first_id, second.job_id == second_id, first.position % every == 0)
    )
    videos, others = session.execute(counted).one()
    return int(videos), int(others)


def _read_faces(session: Session, item_ids: Sequence[int]) -> defaultdict[int, list[SeenFace]]:
    """Those that an audience counts: the others are too poor to be judged by either job."""
    columns = (FaceRow.x, FaceRow.y, FaceRow.width, FaceRow.height, FaceRow.gender, FaceRow.age)
    query = (
        select(FaceRow.item_id, *columns)
        .where(FaceRow.item_id.in_(item_ids), FaceRow.judged)
        .order_by(FaceRow.item_id, FaceRow.ordinal)
    )
    found = defaultdict[int, list[SeenFace]](list)
    for item_id, x, y, width, height, gender, age in session.execute(query):
        found[item_id].append(SeenFace(Box(x, y, width, height), gender, age))
    return found
