"""Pausing a job: because a person wants it, or because its first items all fail alike, so that the
rest does not fail as well."""

from sqlalchemy import ColumnElement, case, func, null, select, update
from sqlalchemy.orm import Session

from db.audience.samples import update_estimate
from db.chunks.window import has_chunk, resend_hints
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.jobs.announcing import announce_job
from db.jobs.retrying import retriable
from db.states import ChunkState, JobState, PauseReason
from db.stop_rules import Sample
from db.tables.chunks import ChunkRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from db.webhooks.values import Event


def read_jobs_to_pause(session: Session, after_failures: int) -> list[int]:
    """Jobs of which at least this many items have failed and none is done; 0 disables pausing."""
    if not after_failures:
        return []
    some_done = has_chunk(ChunkState.DONE, ChunkRow.done > 0)
    # For most jobs one chunk is enough to decide; the others are few and have few ended chunks.
    suspects = list(session.scalars(select(JobRow.id).where(*_may_pause(), ~some_done)))
    failures = func.sum(ChunkRow.newly_ended)
    query = (
        select(ChunkRow.job_id)
        .where(ChunkRow.job_id.in_(suspects), ChunkRow.state == ChunkState.DONE)
        .group_by(ChunkRow.job_id)
        .having(failures >= after_failures)
    )
    return list(session.scalars(query)) if suspects else []


def _may_pause() -> tuple[ColumnElement[bool], ...]:
    """The job is running, has chunks left to save, and was not resumed before."""
    waits = has_chunk(ChunkState.WAITING)
    return JobRow.state == JobState.RUNNING, JobRow.resumed_at.is_(None), waits


def pause_job(session: Session, job_id: int) -> bool:
    """Stop claims of a job's chunks; False where its failures differ or its state has changed."""
    job = select(JobRow.id).where(JobRow.id == job_id, *_may_pause())
    if session.scalar(job.with_for_update(skip_locked=True, key_share=True)) is None:
        return False
    done = select(func.sum(ChunkRow.done)).where(ChunkRow.job_id == job_id)
    if session.scalar(done):
        return False
    failed = retriable(job_id)
    codes = select(ItemRow.error_code, func.count()).where(*failed).group_by(ItemRow.error_code)
    counted = session.execute(codes).all()
    if len(counted) != 1:
        return False
    [(code, failures)] = counted
    example = select(ItemRow.error_message).where(*failed).order_by(ItemRow.position).limit(1)
    message = (
        f"The first {failures} items all failed as {code}, for example: {session.scalar(example)} "
        "Resume the job once the cause is fixed, or cancel or erase it."
    )
    values = {
        "state": JobState.PAUSED,
        "paused_at": DatabaseTime(),
        "pause": {"code": code, "message": message},
    }
    session.execute(update(JobRow).where(JobRow.id == job_id).values(values))
    count(session, Counter.JOBS_PAUSED, str(code))
    announce_job(session, job_id, Event.PAUSED)
    return True


def read_sampled_jobs(session: Session) -> list[int]:
    """Running jobs that may stop when a share is known, and were not resumed before."""
    query = select(JobRow.id).where(JobRow.sample.is_not(None), *_may_pause())
    return list(session.scalars(query))


def pause_if_known(session: Session, job_id: int) -> bool:
    """Estimate the share of a sampled job again, and pause it if it is known; False where it is
    not."""
    if not update_estimate(session, job_id):
        return False
    job = session.get_one(JobRow, job_id)
    sample = Sample.of(job.options["stop_when"], job.sample or {})
    last = sample.estimates[-1]
    rule = sample.rule
    whose = rule.faces if rule.ages is None else f"aged {rule.faces}"
    job.state = JobState.PAUSED
    job.pause = {
        "code": PauseReason.KNOWN,
        "message": (
            f"Known: {last.share:.0%} of the faces are {whose} ({last.low:.0%} to "
            f"{last.high:.0%}), from {last.items:,} of {job.items:,} items. Resume the job to "
            "analyze the others as well, or cancel it to keep what there is."
        ),
    }
    session.flush()
    paused = update(JobRow).where(JobRow.id == job_id).values(paused_at=DatabaseTime())
    session.execute(paused)
    count(session, Counter.JOBS_PAUSED, PauseReason.KNOWN)
    announce_job(session, job_id, Event.PAUSED)
    return True


def pause_on_request(session: Session, job_id: int) -> bool:
    """Stop claims of a job's chunks until it is resumed; False where it is not queued or running.

    Chunks that workers hold are still recorded.
    """
    message = "Someone paused this job. Resume it to continue."
    paused = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state.in_((JobState.QUEUED, JobState.RUNNING)))
        .values(
            state=JobState.PAUSED,
            paused_at=DatabaseTime(),
            pause={"code": PauseReason.REQUESTED, "message": message},
        )
        .returning(JobRow.id)
    ).first()
    if paused is None:
        return False
    count(session, Counter.JOBS_PAUSED, PauseReason.REQUESTED)
    return True


def resume_job(session: Session, job_id: int) -> bool:
    """Resume a paused job, whose failures never pause it again; False where it is not paused.

    A job whose pack has changed continues with the version that the workers have now.
    """
    lacks_pack = JobRow.pause["code"].as_string() == PauseReason.NO_PACK
    resumed = session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == JobState.PAUSED)
        .values(
            # One whose files are not all listed continues with that, and one that no worker had
            # begun is begun.
            state=case(
                (JobRow.queued_at.is_(None), JobState.DRAFT),
                (JobRow.running_at.is_(None), JobState.QUEUED),
                else_=JobState.RUNNING,
            ),
            resumed_at=DatabaseTime(),
            pack_sha256=case((lacks_pack, null()), else_=JobRow.pack_sha256),
        )
        .returning(JobRow.id)
    ).first()
    if resumed is None:
        return False
    # Hints that were sent before the pause are gone: their claims were refused.
    resend_hints(session, ChunkRow.job_id == job_id)
    return True
