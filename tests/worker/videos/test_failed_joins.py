"""A join of a video that crashes or fails leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from db.engine import Database
from db.item_values import ClaimedChunk, Failure, Thumbnail
from db.jobs.cancelling import cancel_job
from db.jobs.erasure import erase_job, remove_erased
from db.states import ChunkKind, ErrorCode
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.videos import VIDEO_TABLES, TrackThumbnailRow
from db.videos.recording import record_failure
from db.videos.thumbnails import record_thumbnails
from db.videos.tracks import read_track_thumbnail
from tests.support.work.jobs import claim, close, crash, hints
from tests.support.work.videos import (
    Found,
    allow,
    count_rows,
    read_everything,
    run_next,
    submit_videos,
    work_in_threads,
)
from worker.settings import Settings


def claim_join(database: Database, settings: Settings, token: str) -> ClaimedChunk:
    """Work until a video waits to be joined, and claim that chunk."""
    while True:
        [chunk_id] = hints(database, resend_seconds=-1)
        with database.read() as session:
            chunk = session.get_one(ChunkRow, chunk_id)
        if chunk.kind == ChunkKind.JOIN:
            claimed = claim(database, chunk_id, token)
            assert claimed is not None
            return claimed
        run_next(settings, database)


def keep_thumbnails(database: Database, chunk: ClaimedChunk, numbers: range) -> bool:
    drawn = {number: Thumbnail("image/jpeg", b"an attempt") for number in numbers}
    with database.write() as session:
        return record_thumbnails(session, chunk, numbers, drawn)


def test_thumbnails_of_a_crashed_join_are_hidden_and_then_replaced(
    database: Database, settings: Settings, clip: Path, reference: Found
) -> None:
    settings = allow(settings, clip)
    job_id = submit_videos(database, clip)
    chunk = claim_join(database, settings, "dead")
    for _ in range(2):
        assert keep_thumbnails(database, chunk, range(1, 3))
    assert count_rows(database, TrackThumbnailRow) == 2
    [item] = chunk.items
    with database.read() as session:
        assert read_track_thumbnail(session, item.id, 1) is None
    assert crash(database, chunk)
    assert not keep_thumbnails(database, chunk, range(3, 5))
    work_in_threads(settings, database, job_id)
    assert read_everything(database, item.id) == reference
    with database.read() as session:
        assert read_track_thumbnail(session, item.id, 1) is not None


@pytest.mark.parametrize("end", [cancel_job, erase_job, None])
def test_a_join_that_fails_leaves_no_thumbnail(
    database: Database,
    settings: Settings,
    clip: Path,
    end: Callable[[Session, int], bool] | None,
) -> None:
    settings = allow(settings, clip)
    job_id = submit_videos(database, clip)
    chunk = claim_join(database, settings, "dead")
    assert keep_thumbnails(database, chunk, range(1, 3))
    with database.write() as session:
        if end is None:
            error = Failure(ErrorCode.UNREADABLE, "It cannot be opened any more.")
            assert record_failure(session, chunk, error)
        else:
            assert end(session, job_id)
    if end is cancel_job:
        assert crash(database, chunk)
        assert close(database) == [job_id]
    if end is erase_job:
        assert not keep_thumbnails(database, chunk, range(3, 5))
        with database.write() as session:
            assert remove_erased(session, job_id)
    assert not any(count_rows(database, table) for table in (FaceRow, *VIDEO_TABLES))
