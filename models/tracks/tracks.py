"""One person in one shot of a video, and the frames and faces a track is made of."""

from dataclasses import dataclass

from models.face import UNKNOWN, AgeEstimate, Face, Gender


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face of a frame, with its number in the database."""

    id: int
    face: Face


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """A frame by its grid position and its number in the video, when it is shown and how long."""

    position: int
    number: int
    seconds: float
    shown_seconds: float


@dataclass(frozen=True, slots=True)
class Track:
    """One person in one shot. `best` is the clearest face, in frame `best_frame`, at
    `best_position` on the grid. `spread_years` is the standard deviation of the ages estimated in
    its frames."""

    number: int
    first_seconds: float
    last_seconds: float
    seconds_visible: float
    faces: int
    gender: Gender
    age: AgeEstimate
    spread_years: float
    best: SeenFace
    best_position: int
    best_frame: int
    best_seconds: float

    @property
    def judged(self) -> bool:
        """Whether at least its best face is clear enough."""
        return self.best.face.judged

    def gender_value(self, min_probability: float) -> str:
        """`female`, `male`, or `unknown` if it is not judged, or not probable enough."""
        return self.gender.value(min_probability) if self.judged else UNKNOWN
