"""What is wrong with the outputs of an estimator, as sentences."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.age_groups import LAST_AGE
from models.estimators.estimator import prepare_chips
from models.graphs.graph import Graph
from models.packs.parts import EstimatorPart
from models.packs.readings import AgeReading, AgeYears, GenderReading
from models.validation.faces import make_chips

# Chips of one run: enough to see whether the answers depend on the batch.
CHIPS = 3
# How far probabilities may be from summing to 1, and answers from those of another batch.
NEAR = 0.02
# An age in years beyond these means another unit.
YOUNGEST_YEARS = -10.0

Outputs = Sequence[NDArray[np.float32]]
Reading = AgeReading | GenderReading


def check_estimator(part: EstimatorPart, graph: Graph) -> Iterator[str]:
    """The faults of an estimator, found by running it on made chips."""
    chips = make_chips(part.crop.side, CHIPS)
    inputs = prepare_chips(part, chips)
    side = part.crop.side
    # Runtimes raise undocumented classes of their own.
    try:
        alone = graph.run(inputs[:1])
    except Exception as error:  # noqa: BLE001
        yield f"it does not run on a chip of 3 x {side} x {side} values ({_shorten(error)})"
        return
    try:
        together = graph.run(inputs[: min(part.batch, CHIPS)])
    except Exception as error:  # noqa: BLE001
        yield f"it runs on one chip but not on several; set batch = 1 ({_shorten(error)})"
        return
    faults = list(_check_outputs(part, together))
    yield from faults
    if not faults and any(
        _differ(one[:1], other) for one, other in zip(together, alone, strict=True)
    ):
        yield "it answers differently for a face alone and among others; set batch = 1"


def _check_outputs(part: EstimatorPart, outputs: Outputs) -> Iterator[str]:
    rows = min(part.batch, CHIPS)
    for name, reading in (("age", part.age), ("gender", part.gender)):
        if reading is not None:
            yield from (f"{name}: {fault}" for fault in _check_reading(reading, outputs, rows))


def _check_reading(reading: Reading, outputs: Outputs, rows: int) -> Iterator[str]:
    if reading.output >= len(outputs):
        yield f"output = {reading.output}, but those of the model are 0 to {len(outputs) - 1}"
        return
    output = outputs[reading.output]
    if not output.shape or output.shape[0] != rows:
        yield f"the output has the shape {output.shape}; for {rows} chips it must start with {rows}"
        return
    values = output.reshape(rows, -1)
    if values.shape[1] != reading.labels:
        yield f"the output has {values.shape[1]} values a face, but {reading.labels} are named"
    elif not np.isfinite(values).all():
        yield "the output has values that are not finite numbers"
    else:
        yield from _check_values(reading, values)


def _check_values(reading: Reading, values: NDArray[np.float32]) -> Iterator[str]:
    if isinstance(reading, AgeYears):
        years = values * reading.factor
        if years.min() < YOUNGEST_YEARS or years.max() > LAST_AGE:
            yield (
                f"the output gives ages of {years.min():.0f} to {years.max():.0f} years; "
                "factor says how many years one unit is"
            )
    elif not reading.logits:
        sums = values.sum(axis=1)
        if values.min() < -NEAR or values.max() > 1 + NEAR:
            yield "the output has values beyond 0 and 1; if they are logits, set logits = true"
        elif reading.labels > 1 and np.abs(sums - 1).max() > NEAR:
            yield f"the probabilities of a face sum to {sums[0]:.2f}, not to 1"


def _differ(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    scale = max(1.0, float(np.abs(other).max(initial=0.0)))
    return one.shape != other.shape or float(np.abs(one - other).max(initial=0.0)) > NEAR * scale


def _shorten(error: Exception) -> str:
    """The beginning of a runtime's message, as one line."""
    return " ".join(str(error).split())[:200] or type(error).__name__
