"""One measured pass, and how two series of them compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Round:
    """One pass: how many images (pictures, or frames of a video) it analyzed, and their faces."""

    seconds: float
    images: int
    faces: int

    @property
    def images_per_second(self) -> float:
        return self.images / self.seconds

    @property
    def faces_per_second(self) -> float:
        return self.faces / self.seconds


def compare(some: Sequence[Round], others: Sequence[Round]) -> list[float]:
    """The ratio of their speeds, round by round: machines drift, and both sides ran in turn."""
    return [
        round(one.images_per_second / other.images_per_second, 3)
        for one, other in zip(some, others, strict=True)
    ]


def median_speed(rounds: Sequence[Round]) -> float:
    """Images per second."""
    return median(one.images_per_second for one in rounds)
