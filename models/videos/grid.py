"""The times at which a video is sampled."""

import math
from dataclasses import dataclass

# Times are floating-point numbers: one this little below a grid time counts as on it.
GRID_TOLERANCE = 1e-6
# A week: later times in a file are not believed.
MOST_SECONDS = 604_800.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Sampling times, numbered from 0: every 1 / `frames_per_second` from `start_seconds` on,
    before `end_seconds`."""

    frames_per_second: float
    start_seconds: float = 0.0
    end_seconds: float | None = None

    def locate(self, seconds: float) -> int:
        """The number of the last grid time not after `seconds`; negative before the first."""
        return math.floor((seconds - self.start_seconds) * self.frames_per_second + GRID_TOLERANCE)

    def time(self, position: int) -> float:
        return self.start_seconds + position / self.frames_per_second

    def count(self, end_seconds: float) -> int:
        """The number of grid times before `end_seconds`; at least one."""
        intervals = (end_seconds - self.start_seconds) * self.frames_per_second
        return max(1, math.ceil(intervals - GRID_TOLERANCE))

    def is_over(self, seconds: float) -> bool:
        end_seconds = MOST_SECONDS if self.end_seconds is None else self.end_seconds
        return seconds >= min(end_seconds, MOST_SECONDS)
