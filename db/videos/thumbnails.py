"""Thumbnails of people in videos, recorded as they are drawn, before the video is done."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from db.bulk import insert_rows
from db.chunks.leases import lock_lease
from db.item_values import ClaimedChunk, Thumbnail
from db.tables.items import ThumbnailRow
from db.tables.videos import TrackThumbnailRow


def record_thumbnails(
    session: Session,
    chunk: ClaimedChunk,
    numbers: Collection[int],
    thumbnails: Mapping[int, Thumbnail],
) -> bool:
    """Record thumbnails of some tracks, replacing those of an earlier attempt; False where the
    lease of the video's chunk was lost."""
    if lock_lease(session, chunk) is None:
        return False
    [item] = chunk.items
    session.execute(
        delete(TrackThumbnailRow).where(
            TrackThumbnailRow.item_id == item.id, TrackThumbnailRow.number.in_(numbers)
        )
    )
    rows = [
        {
            "item_id": item.id,
            "number": number,
            "media_type": thumbnail.media_type,
            "content": thumbnail.content,
        }
        for number, thumbnail in thumbnails.items()
    ]
    insert_rows(session, TrackThumbnailRow, rows)
    return True


def show_track(session: Session, item_id: int, number: int) -> None:
    """Make the thumbnail of a track, if it has one, that of its video."""
    names = ("item_id", "media_type", "content")
    kept = select(*(getattr(TrackThumbnailRow, name) for name in names)).where(
        TrackThumbnailRow.item_id == item_id, TrackThumbnailRow.number == number
    )
    session.execute(insert(ThumbnailRow).from_select(names, kept))
