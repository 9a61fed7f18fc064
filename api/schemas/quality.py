"""How well faces can be judged: in results, in words, and as a filter of results and audiences."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, Field

from db.quality import QualityFilter
from models.face import FRONTAL_YAW_DEGREES, FaceQuality

# The least quality of each level, and the measures that are worth a word.
LEVELS = {"good": 0.7, "fair": 0.4, "low": 0.0}
SMALL_EYE_PIXELS, BLURRED_SHARPNESS, DARK_BRIGHTNESS, FLAT_CONTRAST = 15.0, 0.3, 0.2, 0.11

QualityMin: TypeAlias = Annotated[
    float | None, Field(ge=0, le=1, description="Only faces of at least this quality.")
]
Pose: TypeAlias = Annotated[
    Literal["any", "frontal"],
    Field(description=f"frontal: at most {FRONTAL_YAW_DEGREES:.0f} degrees to either side."),
]


class QualityOut(BaseModel):
    """How well a face can be judged, from 0 to 1, and why.

    A face that is not `judged` is too unclear: its gender is unknown, its age a guess, and neither
    is counted. `eye_pixels` is the distance between the eyes as from the front. `yaw` is positive
    towards the right edge of the picture, `pitch` upwards, `roll` clockwise, in degrees.
    `mouth_hidden` is true if the mouth seems covered, as by a mask.
    """

    value: float
    judged: bool
    eye_pixels: float
    sharpness: float
    brightness: float
    contrast: float
    yaw: int
    pitch: int
    roll: int
    mouth_hidden: bool

    @classmethod
    def of(cls, quality: FaceQuality, judged: bool) -> Self:
        pose = quality.pose
        return cls(
            value=quality.value,
            judged=judged,
            eye_pixels=quality.eye_pixels,
            sharpness=quality.sharpness,
            brightness=quality.brightness,
            contrast=quality.contrast,
            yaw=round(pose.yaw),
            pitch=round(pose.pitch),
            roll=round(pose.roll),
            mouth_hidden=quality.mouth_hidden,
        )

    @property
    def level(self) -> str:
        """The quality in a word: a key of `LEVELS`."""
        return next(level for level, least in LEVELS.items() if self.value >= least)

    @property
    def faults(self) -> list[str]:
        """What makes it worse, in words."""
        found = {
            "small": self.eye_pixels < SMALL_EYE_PIXELS,
            "blurred": self.sharpness < BLURRED_SHARPNESS,
            "dark": self.brightness < DARK_BRIGHTNESS and self.contrast < FLAT_CONTRAST,
            "flat": self.brightness >= DARK_BRIGHTNESS and self.contrast < FLAT_CONTRAST,
            "covered": self.mouth_hidden,
            "turned": abs(self.yaw) > FRONTAL_YAW_DEGREES,
        }
        return [fault for fault, is_found in found.items() if is_found]


def make_quality_filter(quality_min: float | None, pose: Pose) -> QualityFilter:
    return QualityFilter(least=quality_min, frontal=pose == "frontal")
