"""Jobs whose pack no worker has: paused until one has it, or until a person resumes them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from db.chunks.window import has_chunk, resend_hints
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.jobs.announcing import announce_job
from db.pack_values import PEOPLE_PACK, PackVersion
from db.processes import read_processes
from db.states import LIVE_JOB_STATES, ChunkState, JobState, PauseReason, ProcessRole
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from db.webhooks.values import Event

_LIVE = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class NeededPack:
    """What a job needs: a pack, in the version with this hash if its first items had one."""

    job_id: int
    name: str
    sha256: str | None
    # Whether it asks for people.
    people: bool | None = False

    def is_among(self, packs: Collection[PackVersion]) -> bool:
        has_pack = any(
            pack.name == self.name and self.sha256 in (None, pack.sha256) for pack in packs
        )
        return has_pack and not self.lacks_embedder(packs)

    def lacks_embedder(self, packs: Iterable[PackVersion]) -> bool:
        return bool(self.people) and all(pack.name != PEOPLE_PACK for pack in packs)


def read_worker_packs(session: Session) -> list[PackVersion] | None:
    """The packs of all live workers together; None while no worker is live."""
    workers = [one for one in read_processes(session) if one.role is ProcessRole.BULK]
    return [pack for worker in workers for pack in worker.packs] if workers else None


def read_waiting_needs(session: Session) -> list[NeededPack]:
    """What live jobs with waiting chunks need."""
    return _read_needs(session, JobRow.state.in_(_LIVE), has_chunk(ChunkState.WAITING))


def read_paused_needs(session: Session) -> list[NeededPack]:
    """What the jobs need that are paused for lack of a pack."""
    reason = JobRow.pause["code"].as_string() == PauseReason.NO_PACK
    return _read_needs(session, JobRow.state == JobState.PAUSED, reason)


def _read_needs(session: Session, *which: ColumnElement[bool]) -> list[NeededPack]:
    name, people = JobRow.options["pack"].as_string(), JobRow.options["people"].as_boolean()
    query = select(JobRow.id, name, JobRow.pack_sha256, people).where(*which).order_by(JobRow.id)
    return [NeededPack(*row) for row in session.execute(query)]


def read_live_jobs_of(session: Session, name: str) -> list[int]:
    """The live jobs that ask for a pack."""
    needs = _read_needs(session, JobRow.state.in_(LIVE_JOB_STATES), JobRow.erasing_at.is_(None))
    return [one.job_id for one in needs if one.name == name]


def pause_without_pack(
    session: Session, needed: NeededPack, packs: Collection[PackVersion]
) -> bool:
    """Pause a job whose pack is not among those of the workers; False where its state changed."""
    paused = session.execute(
        update(JobRow)
        .where(JobRow.id == needed.job_id, JobRow.state.in_(_LIVE))
        .values(
            state=JobState.PAUSED,
            running_at=func.coalesce(JobRow.running_at, DatabaseTime()),
            paused_at=DatabaseTime(),
            pause={"code": PauseReason.NO_PACK, "message": _explain(session, needed, packs)},
        )
        .returning(JobRow.id)
    )
    was_paused = paused.first() is not None
    if was_paused:
        announce_job(session, needed.job_id, Event.PAUSED)
    count(session, Counter.JOBS_PAUSED, PauseReason.NO_PACK, amount=was_paused)
    return was_paused


def continue_with_pack(session: Session, needed: NeededPack) -> bool:
    """Continue a job that was paused for lack of a pack; False where it is not paused."""
    continued = session.execute(
        update(JobRow)
        .where(JobRow.id == needed.job_id, JobRow.state == JobState.PAUSED)
        .values(state=JobState.RUNNING)
        .returning(JobRow.id)
    )
    if continued.first() is None:
        return False
    resend_hints(session, ChunkRow.job_id == needed.job_id)
    return True


def _explain(session: Session, needed: NeededPack, packs: Collection[PackVersion]) -> str:
    if needed.lacks_embedder(packs):
        return (
            "No worker can link people. Set FACETALLY_PEOPLE=true where workers run, fetch the "
            "embedder (`facetally weights fetch`) and start them again: the job then continues by "
            "itself. Or cancel it."
        )
    others = [pack for pack in packs if pack.name == needed.name]
    if not others:
        return (
            f"No worker has the pack {needed.name}. Install its files where workers run and start "
            "them again: the job then continues by itself. Or cancel it."
        )
    stored = session.execute(select(JobRow.packs).where(JobRow.id == needed.job_id)).scalar_one()
    begun = next((one["version"] for one in stored if one["sha256"] == needed.sha256), "")
    now = " and ".join(sorted({pack.version for pack in others}))
    return (
        f"Its first items were analyzed with version {begun} of the pack {needed.name}, which no "
        f"worker has any longer: they have version {now}. Resume the job to analyze the rest with "
        "that, which its results will say, or run it again from the start."
    )
