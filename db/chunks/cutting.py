"""Cuts the items of a job into chunks for workers."""

from bisect import bisect_right
from collections import Counter as Numbers
from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from db.counters import Counter, count
from db.processes import count_slots
from db.states import ChunkState, ProcessRole
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow

# A small job is cut into smaller chunks than allowed, so that every slot gets some of it. So are
# the last items of any job: no slot works on for long while the others have nothing left.
CHUNKS_PER_SLOT, LAST_CHUNKS_PER_SLOT = 4, 2
# Smaller ones only where the job is small: each costs a claim and a record.
FEWEST_LAST_ITEMS = 8
# A job that stops when a share is known is drawn from in runs of few items, as neighbors are alike:
# of at most MOST_DRAWN, and in at least FEWEST_DRAWS draws where it is small.
MOST_DRAWN = 8
FEWEST_DRAWS = 400


def cut_into_chunks(session: Session, job_id: int, items: int, chunk_items: int) -> None:
    """Insert the chunks of a job with this many items, each of at most `chunk_items`."""
    slots = count_slots(session, ProcessRole.BULK) or 1
    size = max(1, min(chunk_items, ceil(items / (CHUNKS_PER_SLOT * slots))))
    is_sampled = session.scalar(select(JobRow.sample.is_not(None)).where(JobRow.id == job_id))
    if is_sampled:
        size = max(1, min(size, MOST_DRAWN, items // FEWEST_DRAWS))
    if items:
        edges = _find_edges(items, size, 0 if is_sampled else LAST_CHUNKS_PER_SLOT * slots)
        rows = _chunk_rows(session, job_id, edges)
        if is_sampled:
            _draw(rows, job_id)
        session.execute(insert(ChunkRow), rows)
        count(session, Counter.ITEMS_QUEUED, amount=items - sum(row["failed"] for row in rows))


def _draw(rows: list[dict[str, Any]], seed: int) -> None:
    """Put them in a random order, which is the same whenever it is drawn."""
    Random(seed).shuffle(rows)
    for draw, row in enumerate(rows, 1):
        row["draw"] = draw


def _find_edges(items: int, size: int, last_chunks: int) -> list[int]:
    """Where chunks of a size begin, and the end; of what is left at the end, each takes its part,
    one of `last_chunks`."""
    smallest, edges = min(size, FEWEST_LAST_ITEMS), [0]
    while (left := items - edges[-1]) > 0:
        part = ceil(left / last_chunks) if last_chunks else size
        edges.append(edges[-1] + min(left, size, max(smallest, part)))
    return edges


def _chunk_rows(session: Session, job_id: int, edges: Sequence[int]) -> list[dict[str, Any]]:
    rejected = _count_rejected(session, job_id, edges)
    return [
        {
            "job_id": job_id,
            "start": start,
            "stop": stop,
            "state": ChunkState.DONE if rejected[start] == stop - start else ChunkState.WAITING,
            "failed": rejected[start],
            "ended_before": rejected[start],
        }
        for start, stop in pairwise(edges)
    ]


def _count_rejected(session: Session, job_id: int, edges: Sequence[int]) -> Numbers[int]:
    """How many items were rejected at submission, by the start of their chunk."""
    query = select(ItemRow.position).where(
        ItemRow.job_id == job_id, ItemRow.error_code.is_not(None)
    )
    found = session.scalars(query)
    return Numbers(edges[bisect_right(edges, position) - 1] for position in found)
