"""Step 5b for videos: the thumbnails of people are kept as they are drawn, before the video is
done."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from db.bulk import insert_rows
from db.chunks.leases import leased_with
from db.item_values import ClaimedChunk, Thumbnail
from db.tables import ChunkRow, ThumbnailRow
from db.video_tables import TrackThumbnailRow


def record_thumbnails(
    session: Session,
    chunk: ClaimedChunk,
    numbers: Collection[int],
    thumbnails: Mapping[int, Thumbnail],
) -> bool:
    """Keep the thumbnails of some tracks instead of those that an earlier attempt has left; False
    where the lease of the video's chunk has moved on."""
    lease = select(ChunkRow.id).where(*leased_with(chunk.id, chunk.token)).with_for_update()
    if session.scalar(lease) is None:
        return False
    [item] = chunk.items
    session.execute(
        delete(TrackThumbnailRow).where(
            TrackThumbnailRow.item_id == item.id, TrackThumbnailRow.number.in_(numbers)
        )
    )
    rows = [
        {"item_id": item.id, "number": number, "media_type": one.media_type, "content": one.content}
        for number, one in thumbnails.items()
    ]
    insert_rows(session, TrackThumbnailRow, rows)
    return True


def show_track(session: Session, item_id: int, number: int) -> None:
    """Show a video by the thumbnail of one of its tracks, where that has one."""
    names = ("item_id", "media_type", "content")
    kept = select(*(getattr(TrackThumbnailRow, name) for name in names)).where(
        TrackThumbnailRow.item_id == item_id, TrackThumbnailRow.number == number
    )
    session.execute(insert(ThumbnailRow).from_select(names, kept))
