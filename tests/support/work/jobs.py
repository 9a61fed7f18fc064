"""Short ways to make, claim and record what most tests need."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.chunks.crashes import rescue_chunk
from db.chunks.leases import claim_chunk
from db.chunks.window import choose_hints
from db.clock import DatabaseTime
from db.engine import Database
from db.item_values import ClaimedChunk, Failure, ItemResult, NewItem, Thumbnail
from db.job_values import JobCounts, JobStatus, NewJob
from db.jobs.cancelling import cancel_job
from db.jobs.closing import close_job, read_jobs_to_close
from db.jobs.status import read_job
from db.pack_values import PackVersion
from db.results.recording import record_results
from db.states import ChunkState, ErrorCode
from db.submissions.drafts import accept_job
from db.tables.chunks import ChunkRow
from db.tables.jobs import JobRow
from models.face import AgeEstimate, Box, Face, FaceQuality, Gender, Pose
from tests.support.models.packs import PACKS

LEASE_SECONDS = 60.0


def make_quality(value: float = 0.9, yaw: float = 0.0) -> FaceQuality:
    return FaceQuality(value, 40.0, 0.9, 0.5, 0.3, Pose(yaw, 0.0, 0.0))


def make_face(
    years: float = 30.0, female: float = 0.9, quality: float = 0.9, yaw: float = 0.0
) -> Face:
    """A face that is judged if its quality is at least 0.5."""
    return Face(
        box=Box(10, 20, 30, 40),
        score=0.9,
        landmarks=((15, 30), (30, 30), (22, 40), (17, 50), (28, 50)),
        gender=Gender(female),
        age=AgeEstimate(years, max(0, int(years) - 5), int(years) + 5, "25-32"),
        quality=make_quality(quality, yaw),
        judged=quality >= 0.5,
    )


def submit(database: Database, items: int = 4, chunk_items: int = 2, **item: object) -> int:
    wanted = [
        NewItem(f"{number}.jpg", f"file:///{number}.jpg", **item)  # type: ignore[arg-type]
        for number in range(items)
    ]
    with database.write() as session:
        return accept_job(session, NewJob(), wanted, chunk_items)


def hints(database: Database, window: int = 1000, resend_seconds: float = 30.0) -> list[int]:
    with database.write() as session:
        return choose_hints(session, window, resend_seconds)


def claim(
    database: Database,
    chunk_id: int,
    token: str = "token",
    lease_seconds: float = LEASE_SECONDS,
    pool_child: str = "host:1:2",
    packs: Mapping[str, PackVersion] | None = None,
) -> ClaimedChunk | None:
    """Claim a chunk as a process that has these packs, by default what the job needs."""
    with database.write() as session:
        has = _read_needed(session, chunk_id) if packs is None else packs
        return claim_chunk(session, chunk_id, token, pool_child, lease_seconds, has)


def _read_needed(session: Session, chunk_id: int) -> Mapping[str, PackVersion]:
    of_chunk = select(JobRow.packs).join(ChunkRow).where(ChunkRow.id == chunk_id)
    used = map(PackVersion.of, session.scalar(of_chunk) or [])
    return {pack.name: pack for pack in used} or PACKS


def crash(
    database: Database, chunk: ClaimedChunk, *, seen: bool = True, timed_out: bool = False
) -> bool:
    with database.write() as session:
        crashed = rescue_chunk(session, chunk.id, chunk.token, seen=seen, timed_out=timed_out)
        # A crashed chunk waits for a moment; tests do not.
        session.execute(update(ChunkRow).values(not_before=DatabaseTime(-1)))
    return crashed


def claim_next(database: Database, token: str = "token") -> ClaimedChunk:
    chunk = claim(database, hints(database, resend_seconds=-1)[0], token)
    assert chunk is not None
    return chunk


def results_of(
    chunk: ClaimedChunk, faces: Sequence[Face] = (), fail: Sequence[str] = ()
) -> list[ItemResult]:
    return [
        ItemResult(item, error=Failure(ErrorCode.UNREADABLE, "It is broken."))
        if item.name in fail
        else ItemResult(item, None, 640, 480, tuple(faces), Thumbnail("image/jpeg", b"jpeg"))
        for item in chunk.items
    ]


def record(database: Database, chunk: ClaimedChunk, results: Sequence[ItemResult]) -> bool:
    with database.write() as session:
        return record_results(session, chunk, results, gender_min_probability=0.6)


def work_all(database: Database, faces: Sequence[Face] = (), fail: Sequence[str] = ()) -> None:
    """Claim and record all waiting chunks, as a worker would."""
    for chunk_id in hints(database, resend_seconds=-1):
        chunk = claim(database, chunk_id)
        assert chunk is not None
        assert record(database, chunk, results_of(chunk, faces, fail))


def close(database: Database) -> list[int]:
    with database.write() as session:
        ended = read_jobs_to_close(session)
        return [job_id for job_id in ended if close_job(session, job_id)]


def status(database: Database, job_id: int) -> JobStatus:
    with database.read() as session:
        job = read_job(session, job_id)
    assert job is not None
    return job


def make_counts(**given: int) -> JobCounts:
    none = dict.fromkeys((field.name for field in fields(JobCounts)), 0)
    return JobCounts(**{**none, **given})


def cancel(database: Database, job_id: int) -> bool:
    with database.write() as session:
        return cancel_job(session, job_id)


def submit_chunk(database: Database, items: int, **item: object) -> int:
    """Submit a job and make it a single chunk."""
    job_id = submit(database, items, items, **item)
    with database.write() as session:
        of_job = update(ChunkRow).where(ChunkRow.job_id == job_id)
        session.execute(of_job.where(ChunkRow.start > 0).values(state=ChunkState.SPLIT))
        session.execute(of_job.where(ChunkRow.start == 0).values(stop=items))
    return job_id
