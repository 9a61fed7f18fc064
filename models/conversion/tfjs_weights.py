"""The weights of a TensorFlow.js model: a manifest, and a file of the values one after another."""

import json
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

Weights = Mapping[str, NDArray[np.float32]]


class Quantization(TypedDict):
    dtype: str
    scale: float
    min: float


class Entry(TypedDict):
    name: str
    shape: list[int]
    dtype: str
    quantization: NotRequired[Quantization]


TYPES: dict[str, np.dtype[np.generic]] = {
    "float32": np.dtype("<f4"),
    "int32": np.dtype("<i4"),
    "uint8": np.dtype("u1"),
}


def read_manifest(text: bytes) -> list[Entry]:
    """The entries of a manifest that has a file of its own. Raises ValueError for other JSON."""
    try:
        return [entry for group in json.loads(text) for entry in group["weights"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"It is not a manifest of weights: {error!r}") from error


def read_weights(entries: Sequence[Entry], data: bytes) -> Weights:
    """The weights by their names, as float32 (whole numbers, too).

    Raises ValueError for unknown types, and where `data` has fewer or more bytes.
    """
    weights, position = {}, 0
    for entry in entries:
        quantization = entry.get("quantization")
        dtype = TYPES.get(quantization["dtype"] if quantization else entry["dtype"])
        if dtype is None:
            raise ValueError(f"{entry['name']} is not of {', '.join(TYPES)}")
        end = position + int(np.prod(entry["shape"], dtype=np.int64)) * dtype.itemsize
        values = np.frombuffer(data[position:end], dtype)
        weights[entry["name"]] = _dequantize(values, quantization).reshape(entry["shape"])
        position = end
    if position != len(data):
        raise ValueError(f"The weights have {len(data)} bytes, their manifest {position}")
    return weights


def _dequantize(
    values: NDArray[np.generic], quantization: Quantization | None
) -> NDArray[np.float32]:
    if quantization is None:
        return values.astype(np.float32)
    # TensorFlow.js computes in float64, and rounds the result.
    steps = values.astype(np.float64)
    return (steps * quantization["scale"] + quantization["min"]).astype(np.float32)
