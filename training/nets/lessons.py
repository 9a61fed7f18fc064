"""What a net learns from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training.nets.crops import Chips
from training.nets.layers import Layer
from training.options import TrainingOptions

Indices = NDArray[np.int64]
Weights = dict[str, NDArray[np.float32]]
# Told the number of epochs so far, and the lowest loss on the faces that choose the best of them.
Report = Callable[[int, float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Chips (N, S, S, 3) with their classes (N,), which of them train, and which choose the epoch.

    `name` tells apart what is drawn for each net.
    """

    name: str
    layers: Sequence[Layer]
    chips: Chips
    classes: Indices
    training: Indices
    validation: Indices

    def take(self, rows: Indices) -> Chips:
        """The chips of some rows; of a file, they are read in its order, which is faster."""
        order = np.argsort(rows)
        taken = np.empty((len(rows), *self.chips.shape[1:]), dtype=np.uint8)
        taken[order] = self.chips[rows[order]]
        return taken


class Fit(Protocol):
    """Fits one net."""

    def __call__(
        self, lesson: Lesson, options: TrainingOptions, checkpoint: Path, report: Report
    ) -> Weights:
        """The weights of the best epoch by name, such as `0.weight` for those of the first layer.

        It goes on from `checkpoint` if there is one.
        """
