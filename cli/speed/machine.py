"""The machine that is measured, and whether others work on it."""

import os
from dataclasses import dataclass

# Less than this share of the machine was busy before a run on a quiet one.
QUIET_LOAD = 0.25


@dataclass(frozen=True, slots=True)
class Machine:
    """Read before the work starts, which is load, too."""

    cores: int
    load_at_start: float

    @classmethod
    def read(cls) -> "Machine":
        return cls(os.cpu_count() or 1, round(os.getloadavg()[0], 2))

    @property
    def is_quiet(self) -> bool:
        return self.load_at_start <= QUIET_LOAD * self.cores

    def describe_load(self) -> str:
        return f"The machine is busy (load {self.load_at_start:.1f} on {self.cores} cores)"
