"""Which version of its pack a job is analyzed with: the first claim settles it for all others."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.pack_values import PackVersion
from db.tables.jobs import JobRow


def settle_pack(
    session: Session, job_id: int, needed: str | None, pack: PackVersion | None
) -> bool:
    """Whether a process whose version of the job's pack is `pack` can analyze the job.

    `needed` is the hash of the version that the job needs. Where it needs none yet, it needs this
    one from now on, so that no two versions are mixed.
    """
    if pack is None or needed is not None:
        return pack is not None and pack.sha256 == needed
    return _settle(session, job_id, pack)


def _settle(session: Session, job_id: int, pack: PackVersion) -> bool:
    """False where another process was faster, with another version."""
    job = JobRow.id == job_id
    earlier = session.execute(select(JobRow.packs).where(job)).scalar_one()
    others = [one for one in earlier if one["sha256"] != pack.sha256]
    settled = session.scalar(
        update(JobRow)
        .where(job, JobRow.pack_sha256.is_(None))
        .values(pack_sha256=pack.sha256, packs=[*others, pack.to_json()])
        .returning(JobRow.pack_sha256)
    )
    if settled is None:
        settled = session.scalar(select(JobRow.pack_sha256).where(job))
    return settled == pack.sha256
