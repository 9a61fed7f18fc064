"""Weights are read as TensorFlow.js reads them."""

import json

import numpy as np
import pytest

from models.conversion.tfjs_weights import read_manifest, read_weights

QUANTIZED = {
    "name": "a",
    "shape": [2, 1],
    "dtype": "float32",
    "quantization": {"dtype": "uint8", "scale": 0.1, "min": -1.0},
}
PLAIN = {"name": "b", "shape": [2], "dtype": "float32"}
WHOLE = {"name": "c", "shape": [], "dtype": "int32"}
DATA = b"\x00\x1e" + np.array([1.5, -2], "<f4").tobytes() + np.array(7, "<i4").tobytes()


def test_weights_lie_one_after_another():
    weights = read_weights([QUANTIZED, PLAIN, WHOLE], DATA)
    assert weights["a"].tolist() == [[-1.0], [2.0]]
    assert weights["b"].tolist() == [1.5, -2.0]
    assert weights["c"] == 7
    assert {values.dtype for values in weights.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("data", [DATA[:-1], DATA + b"\x00"], ids=["short", "long"])
def test_data_of_another_length_is_refused(data):
    with pytest.raises(ValueError, match=r"The weights have|buffer size"):
        read_weights([QUANTIZED, PLAIN, WHOLE], data)


def test_an_unknown_type_is_refused():
    with pytest.raises(ValueError, match="a is not of float32, int32, uint8"):
        read_weights([{"name": "a", "shape": [1], "dtype": "string"}], b"\x00")


def test_a_manifest_lists_entries_group_by_group():
    groups = [{"paths": ["x.bin"], "weights": [PLAIN]}, {"paths": ["y.bin"], "weights": [WHOLE]}]
    assert read_manifest(json.dumps(groups).encode()) == [PLAIN, WHOLE]


@pytest.mark.parametrize("text", [b"[{}]", b"7", b"{}x"], ids=["no-weights", "number", "no-json"])
def test_another_manifest_is_refused(text):
    with pytest.raises(ValueError, match=r"not a manifest|Extra data"):
        read_manifest(text)
