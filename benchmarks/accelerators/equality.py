"""Whether the faces that a device finds are those of the CPU."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accelerators.speeds import decode
from models.face import Face
from models.nets.analyzer import Analyzer

MOST_PIXELS, MOST_YEARS = 1, 0.5


@dataclass(frozen=True, slots=True)
class Equality:
    """The largest differences over all faces."""

    faces: int
    missing: int  # of one that the other has not, by their numbers in each picture
    pixels: int  # of a side of a box
    years: float
    probability: float

    @property
    def figures(self) -> dict[str, object]:
        return {
            "faces": self.faces,
            "missing": self.missing,
            "box_pixels": self.pixels,
            "age_years": round(self.years, 3),
            "gender_probability": round(self.probability, 4),
            "holds": not self.missing and self.pixels <= MOST_PIXELS and self.years <= MOST_YEARS,
        }


def find_faces(analyzer: Analyzer, paths: Sequence[Path]) -> list[list[Face]]:
    """The faces of each picture, from left to right."""
    size = analyzer.batch_pictures
    found = [
        one
        for start in range(0, len(paths), size)
        for one in analyzer.detect([decode(path) for path in paths[start : start + size]])
    ]
    return [sorted(analyzer.estimate(one.faces), key=lambda face: face.box.x) for one in found]


def compare_faces(some: Sequence[list[Face]], others: Sequence[list[Face]]) -> Equality:
    """Faces are compared in the pictures in which both find as many."""
    pairs = list(zip(some, others, strict=True))
    alike = [(one, other) for one, other in pairs if len(one) == len(other)]
    both = [pair for one, other in alike for pair in zip(one, other, strict=True)]
    return Equality(
        len(both),
        sum(abs(len(one) - len(other)) for one, other in pairs),
        max((_compare_boxes(*pair) for pair in both), default=0),
        max((abs(one.age.years - other.age.years) for one, other in both), default=0.0),
        max((abs(one.gender.female - other.gender.female) for one, other in both), default=0.0),
    )


def _compare_boxes(one: Face, other: Face) -> int:
    return max(
        abs(one.box.x - other.box.x),
        abs(one.box.y - other.box.y),
        abs(one.box.width - other.box.width),
        abs(one.box.height - other.box.height),
    )
