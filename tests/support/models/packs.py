"""Estimators and packs made for tests."""

from collections.abc import Callable
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from db.pack_values import PackFile, PackVersion
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


def make_version(name: str = "default", version: str = "1") -> PackVersion:
    """What is recorded of a pack; each name and version has a hash of its own."""
    digest = sha256(f"{name} {version}".encode()).hexdigest()
    files = (
        PackFile("detector", "finder.onnx", "1" * 64, "MIT", "a test", "drawings"),
        PackFile("ages", "ages.onnx", digest, "CC0", "a test", "drawings"),
    )
    return PackVersion(name, version, "A pack of a test", "It knows nothing.", digest, files)


PACK = make_version()
# What a process has that can open only it.
PACKS = {PACK.name: PACK}
