"""What there is for a dispatcher to do: one statement, as it is asked all the time."""

from enum import StrEnum
from functools import cache

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from db.chunks.leases import select_expired_leases
from db.chunks.window import has_chunk
from db.jobs.closing import select_jobs_to_close
from db.jobs.erasure import select_jobs_to_erase, select_jobs_to_expire
from db.states import ChunkState, JobState
from db.tables.audience import DeltaRow
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from db.webhooks.messages import select_due_messages


class Due(StrEnum):
    """A kind of work, of which there is some."""

    WAITING = "waiting"  # live jobs have chunks that wait: they may need hints, or a pause
    LEASED = "leased"  # workers hold chunks
    EXPIRED_LEASES = "expired_leases"  # chunks are to be rescued
    ENDED_JOBS = "ended_jobs"  # jobs are to be closed
    ERASURES = "erasures"  # jobs have expired, or something is left of an erased one
    DELTAS = "deltas"  # the cube lacks them
    MESSAGES = "messages"  # webhooks are to be told


def read_due_work(session: Session) -> frozenset[Due]:
    row = session.execute(_ask()).one()
    return frozenset(due for due, found in zip(Due, row, strict=True) if found)


@cache
def _ask() -> Select[*tuple[bool, ...]]:
    live = JobRow.state.in_((JobState.QUEUED, JobState.RUNNING))
    found = {
        Due.WAITING: exists().where(live, has_chunk(ChunkState.WAITING)),
        Due.LEASED: exists().where(ChunkRow.state == ChunkState.LEASED),
        Due.EXPIRED_LEASES: select_expired_leases().exists(),
        Due.ENDED_JOBS: select_jobs_to_close().exists(),
        Due.ERASURES: or_(select_jobs_to_expire().exists(), select_jobs_to_erase().exists()),
        Due.DELTAS: select(DeltaRow.id).exists(),
        Due.MESSAGES: select_due_messages().exists(),
    }
    return select(*(found[due] for due in Due))
