"""One measured pass, and how two series of them compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Round:
    """One pass: how many pictures (or frames of a video) it analyzed, and their faces."""

    seconds: float
    pictures: int
    faces: int

    @property
    def pictures_per_second(self) -> float:
        return self.pictures / self.seconds

    @property
    def faces_per_second(self) -> float:
        return self.faces / self.seconds


def compare(some: Sequence[Round], others: Sequence[Round]) -> list[float]:
    """The ratio of their speeds, round by round: machines drift, and both sides ran in turn."""
    return [
        round(one.pictures_per_second / other.pictures_per_second, 3)
        for one, other in zip(some, others, strict=True)
    ]


def median_speed(rounds: Sequence[Round]) -> float:
    """Pictures per second."""
    return median(one.pictures_per_second for one in rounds)
