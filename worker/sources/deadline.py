"""The moment by which a fetch must be over, whatever it is waiting for."""

from dataclasses import dataclass
from time import monotonic
from typing import Self

from models.errors import FetchFailed


@dataclass(frozen=True, slots=True)
class Deadline:
    """`at` is a moment of the monotonic clock."""

    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(monotonic() + seconds, seconds)

    def left(self) -> float:
        """Seconds that are left; raises FetchFailed where none are."""
        left = self.at - monotonic()
        if left <= 0:
            raise self.missed()
        return left

    def allows(self, seconds: float) -> bool:
        """Whether more than this is left."""
        return self.at - monotonic() > seconds

    def missed(self) -> FetchFailed:
        return FetchFailed(
            f"The file did not arrive within {self.seconds:g} seconds; retry the item later."
        )
