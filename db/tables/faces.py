"""The rows of faces, and the columns that they share with people in videos."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.items import ItemRow
from db.tables.metadata import BigKey, Json, Table


class EstimateColumns:
    """Where a person is in a picture, and what is estimated of them.

    `age` is `age_years` in whole years, for counts and filters. A face that is not `judged` has no
    gender and is not counted: its `female` and `age_years` are guesses.
    """

    x: Mapped[int]
    y: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    score: Mapped[float]
    female: Mapped[float]
    gender: Mapped[str]
    age: Mapped[int]
    age_years: Mapped[float]
    age_low: Mapped[int]
    age_high: Mapped[int]
    age_group: Mapped[str]
    quality: Mapped[float]
    judged: Mapped[bool]
    eye_pixels: Mapped[float]
    sharpness: Mapped[float]
    brightness: Mapped[float]
    contrast: Mapped[float]
    yaw: Mapped[float]
    pitch: Mapped[float]
    roll: Mapped[float]
    mouth_hidden: Mapped[bool]


class FaceRow(EstimateColumns, Table):
    """One detection in a picture or a frame."""

    __tablename__ = "faces"
    __table_args__ = (Index("faces_by_item", "item_id", "ordinal"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey(ItemRow.id, ondelete="CASCADE"))
    ordinal: Mapped[int]
    landmarks: Mapped[list[list[int]]] = mapped_column(Json)
    # Of a face in a video: the frame, its time, and the track that the face belongs to.
    frame: Mapped[int | None]
    time_seconds: Mapped[float | None]
    track: Mapped[int | None]
    # Of a job whose people are linked: who it is, within the job.
    person: Mapped[int | None]
