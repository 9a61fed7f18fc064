"""The rows of videos: their frames, until they are joined, and their people."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.faces import EstimateColumns
from db.tables.items import ItemRow
from db.tables.metadata import Table
from db.tables.people import EmbeddingRow


class FrameRow(Table):
    """A frame that was analyzed, kept until the video is joined: its fingerprint tells shots apart,
    and some frames keep a small picture."""

    __tablename__ = "frames"

    item_id: Mapped[int] = mapped_column(
        ForeignKey(ItemRow.id, ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    seconds: Mapped[float]
    fingerprint: Mapped[bytes]
    small_picture: Mapped[bytes | None]
    too_small: Mapped[int | None]
    too_unsure: Mapped[int | None]


class TrackRow(EstimateColumns, Table):
    """One person in one shot of a video, as the best frame shows them."""

    __tablename__ = "tracks"

    item_id: Mapped[int] = mapped_column(
        ForeignKey(ItemRow.id, ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    first_seconds: Mapped[float]
    last_seconds: Mapped[float]
    seconds_visible: Mapped[float]
    faces: Mapped[int]
    age_spread: Mapped[float]
    best_frame: Mapped[int]
    best_seconds: Mapped[float]
    has_thumbnail: Mapped[bool]
    # Of a job whose people are linked: who it is, within the job.
    person: Mapped[int | None]


class AnnotatedVideoRow(Table):
    """How far an annotated video is drawn, until it is done: its `clips` are kept in `folder`, and
    end with the frame at `drawn_seconds`."""

    __tablename__ = "annotated_videos"

    item_id: Mapped[int] = mapped_column(
        ForeignKey(ItemRow.id, ondelete="CASCADE"), primary_key=True
    )
    folder: Mapped[str]
    clips: Mapped[int]
    drawn_seconds: Mapped[float | None]


class TrackThumbnailRow(Table):
    """A small picture of a track's best frame; apart, so that reading tracks skips it."""

    __tablename__ = "track_thumbnails"

    item_id: Mapped[int] = mapped_column(
        ForeignKey(ItemRow.id, ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    content: Mapped[bytes]


# What only the join of a video needs, and all that a video has besides its faces.
JOIN_TABLES = (FrameRow, AnnotatedVideoRow)
VIDEO_TABLES = (*JOIN_TABLES, TrackRow, TrackThumbnailRow, EmbeddingRow)
