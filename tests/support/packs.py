"""Estimators and packs made for tests."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.packs.parts import Crop, EstimatorPart
from models.packs.readings import AgeYears, GenderShare

SHA256 = "0" * 64


class FakeGraph:
    """Answers each batch with what `respond` makes of it, and remembers the batches."""

    provider = "cpu"

    def __init__(self, respond: Callable[[NDArray[np.float32]], list[NDArray[np.float32]]]) -> None:
        self._respond = respond
        self.batches: list[int] = []

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self.batches.append(len(inputs))
        return self._respond(inputs)


def make_part(name: str = "one", **fields: object) -> EstimatorPart:
    """An estimator of an age in years and of the share of female, unless `fields` say otherwise."""
    given = {
        "file": f"{name}.onnx",
        "sha256": SHA256,
        "license": "MIT",
        "source": "a test",
        "training_data": "none",
        "crop": Crop("aligned", 16),
        "age": AgeYears("years", spread_years=5.0),
        "gender": GenderShare("sigmoid", of="female", output=1),
    }
    return EstimatorPart(name=name, **{**given, **fields})  # type: ignore[arg-type]
