"""One estimator: chips to ages, genders or both, as its part of a pack describes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.estimators.ages import Ages, average_ages, read_ages
from models.estimators.averaging import make_ellipse, take_looks
from models.estimators.genders import read_genders
from models.graphs.graph import CPU, Graph
from models.packs.parts import LARGEST_BATCH, EstimatorPart


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one estimator makes of N faces; `females` (N,) are probabilities of female."""

    ages: Ages | None
    females: NDArray[np.float64] | None


class Estimator:
    """Prepares chips, runs the model batch by batch, and reads its outputs."""

    def __init__(self, part: EstimatorPart, graph: Graph) -> None:
        self.part = part
        self._graph = graph
        # The batch of a part fits the cache of a processor; an accelerator takes all at once.
        self._batch = part.batch if graph.provider == CPU else LARGEST_BATCH
        self._mask = make_ellipse(part.crop.side) if part.mask == "ellipse" else None

    def estimate(self, chips: NDArray[np.uint8]) -> Opinion:
        """The opinion on `chips` (N, side, side, 3) RGB, averaged over all looks at each."""
        looks = [self._run(look) for look in take_looks(chips, self.part)]
        ages, genders = self.part.age, self.part.gender
        return Opinion(
            average_ages([read_ages(ages, outputs[ages.output]) for outputs in looks])
            if ages
            else None,
            np.mean([read_genders(genders, outputs[genders.output]) for outputs in looks], axis=0)
            if genders
            else None,
        )

    def _run(self, chips: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Every output for all `chips`, at least one."""
        batch = self._batch
        # Prepared batch by batch, while the pixels are in the processor's cache.
        runs = [
            self._graph.run(prepare_chips(self.part, chips[start : start + batch], self._mask))
            for start in range(0, len(chips), batch)
        ]
        return [np.concatenate(rows) for rows in zip(*runs, strict=True)]


def prepare_chips(
    part: EstimatorPart, chips: NDArray[np.uint8], mask: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Chips (N, S, S, 3) RGB to tensors (N, 3, S, S), centered and scaled; 0 beyond `mask`."""
    mean = np.array(part.mean, dtype=np.float32)
    planes = chips.transpose(0, 3, 1, 2)
    if part.colors == "bgr":
        planes, mean = planes[:, ::-1], mean[::-1]
    values = planes.astype(np.float32, order="C")
    values -= mean[:, np.newaxis, np.newaxis]
    values /= np.float32(part.divisor)
    if mask is not None:
        values *= mask
    return values
