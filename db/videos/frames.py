"""The frames of a video are read with their faces, to join them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.results.faces import read_face
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.videos import FrameRow
from db.video_values import StoredFrame
from models.tracks.tracks import SeenFace

# The ordinal of a video's face is its frame's position times this, plus its number in the frame.
FACES_PER_FRAME = 1000
# So the ordinals of this many positions fit in their column, which has 31 bits.
MOST_POSITIONS = 2_000_000


def read_frames(session: Session, item_id: int, after: int, limit: int) -> list[StoredFrame]:
    """A page of a video's frames after the grid time `after`, with their faces."""
    query = (
        select(FrameRow.position, FrameRow.number, FrameRow.seconds, FrameRow.fingerprint)
        .where(FrameRow.item_id == item_id, FrameRow.position > after)
        .order_by(FrameRow.position)
        .limit(limit)
    )
    frames = session.execute(query).all()
    if not frames:
        return []
    faces = _read_faces(session, item_id, frames[0].position, frames[-1].position)
    return [StoredFrame(*frame, tuple(faces.get(frame.position, ()))) for frame in frames]


def _read_faces(session: Session, item_id: int, first: int, last: int) -> dict[int, list[SeenFace]]:
    query = (
        select(FaceRow)
        .where(
            FaceRow.item_id == item_id,
            FaceRow.ordinal >= first * FACES_PER_FRAME,
            FaceRow.ordinal < (last + 1) * FACES_PER_FRAME,
        )
        .order_by(FaceRow.ordinal)
    )
    faces: dict[int, list[SeenFace]] = {}
    for row in session.scalars(query):
        faces.setdefault(row.ordinal // FACES_PER_FRAME, []).append(
            SeenFace(row.id, read_face(row))
        )
    return faces


def read_header(session: Session, item_id: int) -> tuple[int, float | None, str | None]:
    """The width of a video, its length by the header, and what is wrong with its file."""
    columns = (ItemRow.width_pixels, ItemRow.duration_seconds, ItemRow.warning)
    query = select(*columns).where(ItemRow.id == item_id)
    width, duration_seconds, warning = session.execute(query).one()
    return width or 1, duration_seconds, warning


def read_small_picture(session: Session, item_id: int, position: int) -> bytes | None:
    """The small picture of a frame, if its segment kept one."""
    return session.scalar(
        select(FrameRow.small_picture).where(
            FrameRow.item_id == item_id, FrameRow.position == position
        )
    )
