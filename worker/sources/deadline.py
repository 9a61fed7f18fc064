"""The time by which a fetch must end, whatever it is waiting for."""

from dataclasses import dataclass
from time import monotonic
from typing import Self

from models.errors import FetchFailed


@dataclass(frozen=True, slots=True)
class Deadline:
    """`at` is a time of the monotonic clock."""

    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(monotonic() + seconds, seconds)

    def left(self) -> float:
        """Seconds that are left; raises FetchFailed if there are none."""
        left = self.at - monotonic()
        if left <= 0:
            raise self.missed()
        return left

    def allows(self, seconds: float) -> bool:
        """Whether more seconds than these are left."""
        return self.at - monotonic() > seconds

    def missed(self) -> FetchFailed:
        return FetchFailed(
            f"The file did not arrive within {self.seconds:g} seconds. Retry the item later."
        )
