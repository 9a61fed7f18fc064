"""What models run on, and the shapes that they are run with."""

from dataclasses import dataclass
from pathlib import Path

from models.graphs.graph import AUTO


@dataclass(frozen=True, slots=True)
class Device:
    """A provider, and how much of it the models of one process may use."""

    provider: str = AUTO
    # Which of several, as its driver counts them; None leaves the choice to the provider.
    index: int | None = None
    # The most memory of the device that one open model takes; 0 for no limit.
    memory_bytes: int = 0
    # Numbers of 16 bits instead of 32, where the provider can.
    is_half: bool = False
    # Where engines that a provider builds are kept; None builds them at each start.
    engines_dir: Path | None = None
    # Of the CPU, for what runs there.
    threads: int = 1

    def __str__(self) -> str:
        return self.provider if self.index is None else f"{self.provider} {self.index}"


@dataclass(frozen=True, slots=True)
class InputShapes:
    """Inputs (N, 3, height, width) of a model on an accelerator: sizes are heights and widths.

    A model may be run with any size between the smallest and the largest; the usual ones are made
    ready when it is opened.
    """

    smallest: tuple[int, int]
    largest: tuple[int, int]
    usual: tuple[tuple[int, int], ...]
    most: int  # inputs in one batch
