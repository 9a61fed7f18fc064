"""How many pixels of a picture are analyzed."""

from dataclasses import dataclass
from math import isqrt


@dataclass(frozen=True, slots=True)
class WorkingSize:
    """How far a picture may be reduced: its longer side stays at least `side_pixels`, and it keeps
    at least `pixels` in all."""

    side_pixels: int
    pixels: int = 0

    def choose_factor(self, width: int, height: int) -> int:
        """The largest whole number by which both sides may be divided."""
        factor = max(1, max(width, height) // self.side_pixels)
        if self.pixels:
            factor = min(factor, max(1, isqrt(width * height // self.pixels)))
        return factor
