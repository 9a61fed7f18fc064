"""What was found in a video is recorded: frames by its segments, tracks by its join."""

from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.bulk import insert_rows, update_rows
from db.chunks.leases import is_cancelling, lock_lease
from db.chunks.segments import discard_frames, end_segment, fail_video, lock_video
from db.clock import DatabaseTime
from db.counters import Counter, count
from db.counts.video_counts import count_video
from db.embeddings import record_embeddings
from db.item_values import ClaimedChunk, Failure, ItemResult
from db.quality import quality_columns
from db.results.duplicates import mark_duplicates
from db.results.faces import box_columns, dropped_columns, estimate_columns, face_columns
from db.states import ChunkState, ItemState
from db.tables.chunks import ChunkRow
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.people import EmbeddingRow
from db.tables.videos import FrameRow, TrackRow, TrackThumbnailRow
from db.video_values import FoundFrame, JoinedVideo
from db.videos.frames import FACES_PER_FRAME
from db.videos.thumbnails import show_track
from models.face import NONE_DROPPED, Dropped, Face
from models.tracks.tracks import Track

UPDATED_AT_ONCE = 5000


def record_segment(
    session: Session,
    chunk: ClaimedChunk,
    frames: Sequence[FoundFrame],
    reached: int | None,
    *,
    gender_min_probability: float,
) -> bool:
    """Record the frames of a segment; False where its lease was lost.

    `reached` is the grid time at which the worker stopped early, or None.
    """
    if reached is not None and is_cancelling(session, chunk.job_id):
        return end_segment(session, chunk, ChunkState.CANCELLED, None)
    if not end_segment(session, chunk, ChunkState.DONE, reached):
        return False
    [item] = chunk.items
    insert_rows(session, FrameRow, [_frame_row(item.id, frame) for frame in frames])
    insert_rows(session, FaceRow, _face_rows(item.id, frames, gender_min_probability))
    if chunk.options.people:
        found = ((item.id, *numbered) for numbered in _number_faces(frames))
        record_embeddings(session, chunk.job_id, found)
    return True


def _number_faces(frames: Sequence[FoundFrame]) -> Iterator[tuple[int, Face]]:
    """Each face with its ordinal."""
    for frame in frames:
        for index, face in enumerate(frame.faces[:FACES_PER_FRAME]):
            yield frame.position * FACES_PER_FRAME + index, face


def _face_rows(
    item_id: int, frames: Sequence[FoundFrame], gender_min_probability: float
) -> list[dict[str, object]]:
    return [
        {
            "item_id": item_id,
            "ordinal": frame.position * FACES_PER_FRAME + index,
            "frame": frame.number,
            "time_seconds": frame.seconds,
            **face_columns(face, gender_min_probability),
        }
        for frame in frames
        for index, face in enumerate(frame.faces[:FACES_PER_FRAME])
    ]


def _frame_row(item_id: int, frame: FoundFrame) -> dict[str, object]:
    return {
        "item_id": item_id,
        "position": frame.position,
        "number": frame.number,
        "seconds": frame.seconds,
        "fingerprint": frame.fingerprint,
        "small_picture": frame.small_picture,
        **dropped_columns(frame.dropped),
    }


def record_failure(session: Session, chunk: ClaimedChunk, error: Failure) -> bool:
    """Give up the video of a segment or a join; False where its lease was lost.

    A segment of a cancelled job ends as cancelled instead.
    """
    video = lock_video(session, chunk.items[0].id)
    if video is not None and video.state == ChunkState.CANCELLED:
        return end_segment(session, chunk, ChunkState.CANCELLED, None)
    if lock_lease(session, chunk) is None:
        return False
    fail_video(session, chunk.items[0].id, error)
    return True


def record_video(
    session: Session,
    chunk: ClaimedChunk,
    video: JoinedVideo,
    *,
    gender_min_probability: float,
) -> bool:
    """Record the tracks of a video that is joined; False where the lease of its chunk was lost."""
    [item] = chunk.items
    row = lock_lease(session, chunk)
    if row is None:
        return False
    digest = session.scalar(select(ItemRow.digest).where(ItemRow.id == item.id))
    [marked] = mark_duplicates(session, chunk, [ItemResult(item, digest=digest)])
    is_duplicate = marked.duplicate_of is not None
    counts = not (is_duplicate and chunk.options.counts_once)
    dropped = _add_up_dropped(session, item.id) if counts else NONE_DROPPED
    _end_video(session, row, video, counts=counts, is_duplicate=is_duplicate)
    change = _item_change(video, marked.duplicate_of, counts)
    update_rows(session, ItemRow, [{"id": item.id, **change, **dropped_columns(dropped)}])
    discard_frames(session, item.id)
    if counts:
        _insert_tracks(session, item.id, video, gender_min_probability)
    else:
        _remove_faces(session, item.id)
    count_video(
        session,
        chunk.job_id,
        item,
        chunk.options,
        dropped,
        counts=counts,
        is_duplicate=is_duplicate,
    )
    return True


def _add_up_dropped(session: Session, item_id: int) -> Dropped:
    sums = (func.sum(FrameRow.too_small), func.sum(FrameRow.too_unsure))
    small, unsure = session.execute(select(*sums).where(FrameRow.item_id == item_id)).one()
    return Dropped(int(small or 0), int(unsure or 0))


def _end_video(
    session: Session, row: ChunkRow, video: JoinedVideo, *, counts: bool, is_duplicate: bool
) -> None:
    row.state, row.finished_at = ChunkState.DONE, DatabaseTime()
    row.done += 1
    row.duplicates += is_duplicate
    if counts:
        row.faces += len(video.face_ids)
        row.without_faces += not video.tracks
    session.flush()
    count(session, Counter.ITEMS_ENDED, ItemState.DONE)
    count(session, Counter.FACES, amount=len(video.face_ids) if counts else 0)


def _remove_faces(session: Session, item_id: int) -> None:
    for table in (FaceRow, TrackThumbnailRow, EmbeddingRow):
        session.execute(delete(table).where(table.item_id == item_id))


def _item_change(video: JoinedVideo, duplicate_of: int | None, counts: bool) -> dict[str, object]:
    return {
        "state": ItemState.DONE,
        "frames": video.frames,
        "warning": video.warning,
        "annotated_video_uri": video.annotated_video_uri if counts else None,
        "duplicate_of": duplicate_of,
    }


def _insert_tracks(
    session: Session, item_id: int, video: JoinedVideo, gender_min_probability: float
) -> None:
    tracks = sorted(video.tracks, key=lambda track: track.number)
    rows = [
        {
            **_track_row(item_id, track, gender_min_probability),
            "has_thumbnail": track.number in video.thumbnails,
        }
        for track in tracks
    ]
    insert_rows(session, TrackRow, rows)
    if tracks:
        # The video's thumbnail shows the person who is visible longest.
        longest = max(tracks, key=lambda track: (track.seconds_visible, -track.number))
        show_track(session, item_id, longest.number)
    numbered = zip(video.face_ids, video.face_tracks, strict=True)
    while some_faces := list(islice(numbered, UPDATED_AT_ONCE)):
        update_rows(session, FaceRow, [{"id": face, "track": track} for face, track in some_faces])


def _track_row(item_id: int, track: Track, gender_min_probability: float) -> dict[str, object]:
    best = track.best.face
    return {
        "item_id": item_id,
        "number": track.number,
        "first_seconds": track.first_seconds,
        "last_seconds": track.last_seconds,
        "seconds_visible": track.seconds_visible,
        "faces": track.faces,
        "score": best.score,
        **estimate_columns(track.gender, track.age, best.judged, gender_min_probability),
        **quality_columns(best.quality),
        "age_spread": track.spread_years,
        "best_frame": track.best_frame,
        "best_seconds": track.best_seconds,
        **box_columns(best.box),
    }
