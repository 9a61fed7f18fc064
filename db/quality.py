"""How well faces can be judged: the columns of it, and back, and conditions on them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func

from db.tables.faces import EstimateColumns
from models.face import FRONTAL_YAW_DEGREES, FaceQuality, Pose


@dataclass(frozen=True, slots=True)
class QualityFilter:
    """Which faces are wanted: those of at least this quality, or only those facing the camera."""

    least: float | None = None
    frontal: bool = False

    def match(self, table: type[EstimateColumns]) -> list[ColumnElement[bool]]:
        """For faces or tracks; empty where all of them are wanted."""
        least = [] if self.least is None else [table.quality >= self.least]
        return [*least, *self.match_pose(table)]

    def match_pose(self, table: type[EstimateColumns]) -> list[ColumnElement[bool]]:
        """The same for the pose alone."""
        return [func.abs(table.yaw) <= FRONTAL_YAW_DEGREES] if self.frontal else []

    def accepts(self, quality: float) -> bool:
        """Whether a face of this quality is wanted, in any pose."""
        return self.least is None or quality >= self.least


ANY_QUALITY = QualityFilter()


def quality_columns(quality: FaceQuality) -> dict[str, object]:
    """The columns of a face, or of the best face of a track."""
    return {
        "quality": quality.value,
        "eye_pixels": quality.eye_pixels,
        "sharpness": quality.sharpness,
        "brightness": quality.brightness,
        "contrast": quality.contrast,
        "yaw": quality.pose.yaw,
        "pitch": quality.pose.pitch,
        "roll": quality.pose.roll,
        "mouth_hidden": quality.mouth_hidden,
    }


def read_quality(row: EstimateColumns) -> FaceQuality:
    pose = Pose(row.yaw, row.pitch, row.roll)
    measures = (row.eye_pixels, row.sharpness, row.brightness, row.contrast)
    return FaceQuality(row.quality, *measures, pose, row.mouth_hidden)
