"""The results of a chunk are recorded in one transaction, under its lease."""

from collections.abc import Iterator, Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from db.bulk import insert_rows, update_rows
from db.chunks.leases import is_cancelling, leased_with, lock_lease
from db.chunks.release import release_chunk, release_rest
from db.chunks.segments import separate_videos
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.counts.cells import record_tally
from db.counts.tally import tally_results
from db.embeddings import record_embeddings
from db.item_values import ClaimedChunk, ItemResult
from db.results.duplicates import mark_duplicates
from db.results.faces import dropped_columns, face_columns
from db.states import ChunkState, ItemState
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow, ThumbnailRow

RECORDED = (ChunkState.DONE, ChunkState.CANCELLED, ChunkState.SPLIT, ChunkState.CUT)


def record_results(
    session: Session,
    chunk: ClaimedChunk,
    results: Sequence[ItemResult],
    *,
    gender_min_probability: float,
) -> bool:
    """Record a chunk; False, changing nothing, where its lease was lost.

    If there are fewer results than items, the rest is cancelled with its job, or else waits for
    another worker.
    """
    if any(result.is_video for result in results):
        return _record_with_videos(session, chunk, results, gender_min_probability)
    if len(results) < len(chunk.items) and not is_cancelling(session, chunk.job_id):
        if not results:
            return release_chunk(session, chunk)
        part = release_rest(session, chunk, len(results))
        if part is None:
            return False
        chunk = part
    if not _end_chunk(session, chunk, results):
        return False
    results = _mark_duplicates(session, chunk, results)
    _write(session, chunk, results, gender_min_probability)
    return True


def _record_with_videos(
    session: Session,
    chunk: ClaimedChunk,
    results: Sequence[ItemResult],
    gender_min_probability: float,
) -> bool:
    """Record the pictures, then split the chunk: each video gets a chunk of its own, and the chunks
    between count the pictures."""
    row = lock_lease(session, chunk)
    if row is None:
        return False
    pictures = mark_duplicates(session, chunk, [one for one in results if not one.is_video])
    _write(session, chunk, pictures, gender_min_probability)
    videos = [one.item.id for one in results if one.is_video]
    separate_videos(session, row, videos, [one.item.id for one in pictures])
    return True


def _write(
    session: Session,
    chunk: ClaimedChunk,
    results: Sequence[ItemResult],
    gender_min_probability: float,
) -> None:
    update_rows(session, ItemRow, [_item_change(result) for result in results])
    insert_rows(session, FaceRow, list(_face_rows(results, gender_min_probability)))
    if chunk.options.people:
        _record_embeddings(session, chunk, results)
    thumbnails = list(_thumbnail_rows(results))
    if thumbnails:
        session.execute(insert(ThumbnailRow), thumbnails)
    tally = tally_results(results, chunk.options, gender_min_probability)
    record_tally(session, chunk.job_id, tally)
    _count(session, results)


def _count(session: Session, results: Sequence[ItemResult]) -> None:
    failures = [result.error.code for result in results if result.error]
    for code in failures:
        count(session, Counter.ITEM_ERRORS, code)
    count(session, Counter.ITEMS_ENDED, ItemState.FAILED, amount=len(failures))
    count(session, Counter.ITEMS_ENDED, ItemState.DONE, amount=len(results) - len(failures))
    count(session, Counter.FACES, amount=sum(len(result.faces) for result in results))


def was_recorded(session: Session, chunk: ClaimedChunk) -> bool:
    """Whether the results were recorded under this lease: for a worker whose connection broke
    during the commit."""
    query = select(ChunkRow.state).where(ChunkRow.id == chunk.id, ChunkRow.token == chunk.token)
    return session.scalar(query) in RECORDED


def _end_chunk(session: Session, chunk: ClaimedChunk, results: Sequence[ItemResult]) -> bool:
    """The guard of the transaction: False where the lease was lost."""
    failed = sum(result.error is not None for result in results)
    cancelled = len(chunk.items) - len(results)
    ended = session.execute(
        update(ChunkRow)
        .where(*leased_with(chunk.id, chunk.token))
        .values(
            state=ChunkState.CANCELLED if cancelled else ChunkState.DONE,
            done=ChunkRow.done + len(results) - failed,
            failed=ChunkRow.failed + failed,
            cancelled=ChunkRow.cancelled + cancelled,
            faces=ChunkRow.faces + sum(len(result.faces) for result in results),
            without_faces=ChunkRow.without_faces
            + sum(not result.faces and result.error is None for result in results),
            finished_at=DatabaseTime(),
        )
        .returning(ChunkRow.id)
    ).first()
    count(session, Counter.ITEMS_ENDED, ItemState.CANCELLED, amount=cancelled if ended else 0)
    return ended is not None


def _mark_duplicates(
    session: Session, chunk: ClaimedChunk, results: Sequence[ItemResult]
) -> list[ItemResult]:
    """The results with duplicates marked; the chunk's counts are corrected if there are any."""
    marked = mark_duplicates(session, chunk, results)
    duplicates = [
        result
        for result, mark in zip(results, marked, strict=True)
        if mark.duplicate_of is not None
    ]
    if duplicates:
        values = {"duplicates": ChunkRow.duplicates + len(duplicates)}
        if chunk.options.counts_once:
            # `_end_chunk` has counted their faces.
            values["faces"] = ChunkRow.faces - sum(len(result.faces) for result in duplicates)
            values["without_faces"] = ChunkRow.without_faces - sum(
                not result.faces for result in duplicates
            )
        session.execute(update(ChunkRow).where(ChunkRow.id == chunk.id).values(values))
    return marked


def _item_change(result: ItemResult) -> dict[str, object]:
    error = result.error
    return {
        "id": result.item.id,
        "state": ItemState.FAILED if error else ItemState.DONE,
        "error_code": error.code if error else None,
        "error_message": error.message if error else None,
        "width_pixels": result.width_pixels,
        "height_pixels": result.height_pixels,
        "digest": result.digest,
        # As given, or as the picture says.
        "captured_at": result.item.captured_at,
        "duplicate_of": result.duplicate_of,
        **dropped_columns(result.dropped),
    }


def _face_rows(
    results: Sequence[ItemResult], gender_min_probability: float
) -> Iterator[dict[str, object]]:
    for result in results:
        for ordinal, face in enumerate(result.faces):
            yield {
                "item_id": result.item.id,
                "ordinal": ordinal,
                **face_columns(face, gender_min_probability),
            }


def _record_embeddings(
    session: Session, chunk: ClaimedChunk, results: Sequence[ItemResult]
) -> None:
    found = (
        (result.item.id, ordinal, face)
        for result in results
        for ordinal, face in enumerate(result.faces)
    )
    record_embeddings(session, chunk.job_id, found)


def _thumbnail_rows(results: Sequence[ItemResult]) -> Iterator[dict[str, object]]:
    for result in results:
        if result.thumbnail is not None:
            yield {
                "item_id": result.item.id,
                "media_type": result.thumbnail.media_type,
                "content": result.thumbnail.content,
            }
