"""Which items are written together, decided once and in SQL: each item is in one delivery, and one
that a retry has analyzed again is in another one, too.

An item notes the number of its delivery, and so does its chunk once all of it has been delivered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.clock import read_time
from db.deliveries.destinations import complete_destination
from db.states import ChunkState, ItemState
from db.tables.chunks import ChunkRow
from db.tables.deliveries import DeliveryRow, DestinationRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow

# Large enough to be read quickly, small enough to be written again after a crash.
DELIVERY_ITEMS = 10_000
DELIVERY_FACES = 100_000
# A running job has a delivery at least so often, if anything of it is new.
DELIVERY_SECONDS = 60.0
CHUNKS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Delivery:
    """`day` is when it was planned; its items are in `spans` of positions, each with a stop that is
    not in it."""

    job_id: int
    number: int
    day: str
    spans: tuple[tuple[int, int], ...]


def plan_delivery(
    session: Session, job_id: int, *, due_seconds: float = DELIVERY_SECONDS
) -> Delivery | None:
    """What is to be written next of a job: the delivery that was planned and not written, or a new
    one; None where nothing is due yet. The caller has claimed the destination."""
    job = session.execute(
        select(JobRow.finished_at, JobRow.options)
        .where(JobRow.id == job_id, JobRow.erasing_at.is_(None))
        # As a retry does, which reopens chunks.
        .with_for_update(key_share=True)
    ).first()
    if job is None:
        return None
    if job.options.get("people") and job.finished_at is None:
        # Who is who is known only at the end.
        return None
    if planned := _read_planned(session, job_id):
        return planned
    while chunks := _find_due(session, job_id, due_seconds, has_ended=job.finished_at is not None):
        if delivery := _plan(session, job_id, chunks):
            return delivery
    if job.finished_at is not None:
        complete_destination(session, job_id)
    return None


def _read_planned(session: Session, job_id: int) -> Delivery | None:
    open_ones = (DeliveryRow.job_id == job_id, DeliveryRow.written_at.is_(None))
    row = session.scalars(select(DeliveryRow).where(*open_ones).limit(1)).first()
    return None if row is None else _read(row)


def _find_due(
    session: Session, job_id: int, due_seconds: float, *, has_ended: bool
) -> list[tuple[int, int, int]]:
    """(id, start, stop) of chunks that have ended and are written together; none where it is better
    to wait for more."""
    now = read_time(session)
    query = (
        select(ChunkRow.id, ChunkRow.start, ChunkRow.stop, ChunkRow.faces, ChunkRow.finished_at)
        .where(
            ChunkRow.job_id == job_id,
            ChunkRow.state.in_((ChunkState.DONE, ChunkState.CANCELLED)),
            ChunkRow.delivery.is_(None),
            # The chunks of segments have no items.
            ChunkRow.stop > ChunkRow.start,
        )
        .order_by(ChunkRow.id)
        .limit(CHUNKS_AT_ONCE)
    )
    taken, items, faces, is_due = [], 0, 0, has_ended
    for row in session.execute(query):
        taken.append((row.id, row.start, row.stop))
        items, faces = items + row.stop - row.start, faces + row.faces
        if items >= DELIVERY_ITEMS or faces >= DELIVERY_FACES:
            return taken
        # A chunk of items that were rejected at submission has no time.
        ended_at = row.finished_at or now
        is_due = is_due or (now - ended_at).total_seconds() >= due_seconds
    return taken if is_due else []


def _plan(session: Session, job_id: int, chunks: Sequence[tuple[int, int, int]]) -> Delivery | None:
    """A new delivery; None where all that ended in these chunks was delivered before."""
    destination = session.get_one(DestinationRow, job_id, populate_existing=True)
    number = destination.last_delivery + 1
    spans = _merge([(start, stop) for _, start, stop in chunks])
    of_chunks = ChunkRow.id.in_([chunk_id for chunk_id, _, _ in chunks])
    session.execute(update(ChunkRow).where(of_chunks).values(delivery=number))
    items = sum(_take_items(session, job_id, number, span) for span in spans)
    if not items:
        return None
    destination.last_delivery = number
    day = f"{read_time(session):%Y-%m-%d}"
    row = DeliveryRow(job_id=job_id, number=number, day=day, spans=spans, items=items)
    session.add(row)
    session.flush()
    return _read(row)


def _take_items(session: Session, job_id: int, number: int, span: tuple[int, int]) -> int:
    taken = (
        update(ItemRow)
        .where(
            ItemRow.job_id == job_id,
            ItemRow.position >= span[0],
            ItemRow.position < span[1],
            ItemRow.state.in_((ItemState.DONE, ItemState.FAILED)),
            ItemRow.delivery.is_(None),
        )
        .values(delivery=number)
        .execution_options(synchronize_session=False, preserve_rowcount=True)
    )
    return session.connection().execute(taken).rowcount


def _merge(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted, and those that touch as one."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return merged


def _read(row: DeliveryRow) -> Delivery:
    spans = tuple((start, stop) for start, stop in row.spans)
    return Delivery(row.job_id, row.number, row.day, spans)
