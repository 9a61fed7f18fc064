"""Small real models, made for tests: an ONNX file and a Caffe network."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def write_onnx(
    path: Path,
    *,
    labels: int = 2,
    side: int = 16,
    fill: float | None = None,
    batch: int | str = "N",
) -> None:
    """A model of chips (batch, 3, side, side) to the softmax of `labels` weighted sums of their
    mean colors; `fill` replaces its weights."""
    weights = np.random.default_rng(1).normal(0, 0.05, (3, labels)).astype(np.float32)
    if fill is not None:
        weights[:] = fill
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["chips"], ["means"]),
            helper.make_node("Flatten", ["means"], ["colors"]),
            helper.make_node("MatMul", ["colors", "weights"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["shares"], axis=1),
        ],
        "made",
        [helper.make_tensor_value_info("chips", TensorProto.FLOAT, [batch, 3, side, side])],
        [helper.make_tensor_value_info("shares", TensorProto.FLOAT, [batch, labels])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.save(model, str(path))


PROTOTXT = """
name: "made"
input: "data"
input_shape {{ dim: 1 dim: 3 dim: {side} dim: {side} }}
layer {{
  name: "pool" type: "Pooling" bottom: "data" top: "pool"
  pooling_param {{ pool: AVE global_pooling: true }}
}}
layer {{
  name: "fc" type: "InnerProduct" bottom: "pool" top: "fc"
  inner_product_param {{ num_output: {labels} }}
}}
layer {{ name: "prob" type: "Softmax" bottom: "fc" top: "prob" }}
"""


def write_caffe(network: Path, weights: Path, *, labels: int = 2, side: int = 16) -> None:
    """The same as a Caffe network with its weights, written by hand: OpenCV only reads them."""
    network.write_text(PROTOTXT.format(labels=labels, side=side))
    values = np.random.default_rng(1).normal(0, 0.05, (labels, 3)).astype("<f4")
    blobs = [_blob(values), _blob(np.zeros(labels, "<f4"))]
    layer = _text(1, "fc") + _text(2, "InnerProduct") + b"".join(_message(7, one) for one in blobs)
    weights.write_bytes(_text(1, "made") + _message(100, layer))


def _blob(values: np.ndarray) -> bytes:
    """A BlobProto: its shape (field 7) with dimensions (1), and packed data (5)."""
    dimensions = b"".join(_varint(length) for length in values.shape)
    return _message(7, _message(1, dimensions)) + _message(5, values.tobytes())


def _text(number: int, text: str) -> bytes:
    return _message(number, text.encode())


def _message(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])
