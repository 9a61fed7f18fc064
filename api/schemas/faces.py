"""Faces, and the analysis of one picture."""

from dataclasses import asdict
from typing import Literal, Self

from pydantic import BaseModel

from api.schemas.quality import QualityOut
from db.item_values import StoredFace
from models.face import AgeEstimate, Gender


class BoxOut(BaseModel):
    """A box in pixels of the picture, after its EXIF rotation."""

    x: int
    y: int
    width: int
    height: int


class GenderOut(BaseModel):
    """Perceived gender. `probability` belongs to `value`; `female` is the raw probability."""

    value: Literal["female", "male", "unknown"]
    probability: float
    female: float

    @classmethod
    def of(cls, gender: Gender, value: str) -> Self:
        return cls.model_validate(
            {
                "value": value,
                "probability": round(gender.probability, 3),
                "female": round(gender.female, 3),
            }
        )


class AgeOut(BaseModel):
    """Apparent age in years, with a central 80% interval and the nearest Adience group."""

    years: float
    low: int
    high: int
    group: str

    @classmethod
    def of(cls, age: AgeEstimate) -> Self:
        return cls(**{**asdict(age), "years": round(age.years, 1)})


class FaceOut(BaseModel):
    """One face. `frame`, `time_seconds` and `track` are null unless the item is a video.

    `person` is who it is, within its job only, where the job asks for people: null before they are
    linked, and for a face that is not judged.
    """

    box: BoxOut
    score: float
    landmarks: list[tuple[int, int]]
    gender: GenderOut
    age: AgeOut
    quality: QualityOut
    frame: int | None = None
    time_seconds: float | None = None
    track: int | None = None
    person: int | None = None

    @classmethod
    def of(cls, stored: StoredFace) -> Self:
        face = stored.face
        return cls(
            box=BoxOut(**asdict(face.box)),
            score=round(face.score, 3),
            landmarks=list(face.landmarks),
            gender=GenderOut.of(face.gender, stored.gender),
            age=AgeOut.of(face.age),
            quality=QualityOut.of(face.quality, face.judged),
            frame=stored.frame,
            time_seconds=None if stored.time_seconds is None else round(stored.time_seconds, 3),
            track=stored.track,
            person=stored.person,
        )


class AnalysisOut(BaseModel):
    """The faces in one picture that was not stored."""

    width: int
    height: int
    faces: list[FaceOut]
