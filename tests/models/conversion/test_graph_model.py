"""A graph model becomes a lean graph with the same outputs."""

import copy
import json
from base64 import b64encode

import numpy as np
import onnx
import onnxruntime
import pytest

from models.conversion.graph_model import convert_graph_model

RANDOM = np.random.default_rng(7)
WEIGHTS = {
    "filters": RANDOM.normal(size=(1, 1, 3, 4)).astype(np.float32),
    "each": RANDOM.normal(size=(1, 1, 4, 1)).astype(np.float32),
    "factors": RANDOM.normal(size=4).astype(np.float32),
    "offsets": RANDOM.normal(size=4).astype(np.float32),
    "six": np.array(6, np.float32),
    "zero": np.array(0, np.float32),
    "kernel": RANDOM.normal(size=(4, 2)).astype(np.float32),
    "bias": RANDOM.normal(size=2).astype(np.float32),
    "axes": np.array([1, 2], np.int32),
}


def text(value: str) -> dict:
    return {"s": b64encode(value.encode()).decode()}


def node(name: str, operator: str, *inputs: str, **options: dict) -> dict:
    return {"name": name, "op": operator, "input": list(inputs), "attr": options}


def make_model() -> dict:
    sliding = {
        "strides": {"list": {"i": ["1", "1", "1", "1"]}},
        "dilations": {"list": {"i": ["1", "1", "1", "1"]}},
        "padding": text("SAME"),
    }
    sides = [{"size": size} for size in ("-1", "2", "2", "3")]
    nodes = [
        *(node(name, "Const") for name in WEIGHTS),
        node("pixels", "Placeholder", shape={"shape": {"dim": sides}}),
        node("mixed", "Conv2D", "pixels", "filters", **sliding),
        node("shifted", "Add", "mixed", "offsets"),
        node("relu", "Relu", "shifted"),
        node("low", "Minimum", "relu", "six"),
        node("relu6", "Maximum", "low", "zero"),
        node("depthwise", "DepthwiseConv2dNative", "relu6", "each", **sliding),
        node("scaled", "Mul", "depthwise", "factors"),
        node("normal", "Add", "scaled", "offsets"),
        node("mean", "Mean", "normal", "axes"),
        node(
            "dense",
            "_FusedMatMul",
            "mean",
            "kernel",
            "bias",
            fused_ops={"list": {"s": [text("BiasAdd")["s"], text("Relu")["s"]]}},
        ),
        node("shares", "Softmax", "dense"),
        node("chance", "Sigmoid", "dense"),
    ]
    entries = [
        {"name": name, "shape": list(values.shape), "dtype": values.dtype.name}
        for name, values in WEIGHTS.items()
    ]
    return {"modelTopology": {"node": nodes}, "weightsManifest": [{"weights": entries}]}


DATA = b"".join(values.tobytes() for values in WEIGHTS.values())
OUTPUTS = {"age": "shares", "gender": "chance"}


def convert(model: dict) -> bytes:
    return convert_graph_model(json.dumps(model).encode(), DATA, OUTPUTS)


def test_outputs_are_those_of_the_graph():
    session = onnxruntime.InferenceSession(
        convert(make_model()), providers=["CPUExecutionProvider"]
    )
    pixels = RANDOM.normal(size=(5, 2, 2, 3)).astype(np.float32) * 4
    mixed = np.clip(pixels @ WEIGHTS["filters"][0, 0] + WEIGHTS["offsets"], 0, 6)
    normal = mixed * WEIGHTS["each"][0, 0, :, 0] * WEIGHTS["factors"] + WEIGHTS["offsets"]
    dense = np.maximum(normal.mean(axis=(1, 2)) @ WEIGHTS["kernel"] + WEIGHTS["bias"], 0)
    shares, chances = session.run(["age", "gender"], {"input": pixels.transpose(0, 3, 1, 2)})
    powers = np.exp(dense)
    assert shares == pytest.approx(powers / powers.sum(axis=1, keepdims=True), abs=1e-5)
    assert chances == pytest.approx(1 / (1 + np.exp(-dense)), abs=1e-5)


def test_scales_offsets_and_bounds_are_merged():
    graph = onnx.load_model_from_string(convert(make_model())).graph
    operators = [node.op_type for node in graph.node if node.op_type != "Identity"]
    assert operators[:3] == ["Conv", "Clip", "Conv"]
    assert operators[3:5] == ["GlobalAveragePool", "Flatten"]
    assert operators[5:] == ["Gemm", "Relu", "Softmax", "Sigmoid"]


def change(changed: str, **changes: object) -> dict:
    model = copy.deepcopy(make_model())
    [found] = [one for one in model["modelTopology"]["node"] if one["name"] == changed]
    found.update(changes)
    return model


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (change("mean", op="Max"), "Max cannot be converted"),
        (change("scaled", input=["relu6", "factors"]), "relu6 is not a convolution"),
        (change("scaled", input=["depthwise", "pixels"]), "pixels is not a constant"),
        (change("mean", input=["normal", "six"]), "Mean cannot be converted"),
        (
            change("mixed", attr={**node("", "", padding=text("VALID"))["attr"],
                "strides": {"list": {"i": ["1"] * 4}}, "dilations": {"list": {"i": ["1"] * 4}}}),
            "mixed is not an undilated convolution padded as SAME",
        ),
        (
            change("dense", attr={"fused_ops": {"list": {"s": [text("Elu")["s"]]}}}),
            "dense has Elu after it",
        ),
        (change("shares", name="other"), "shares"),
    ],
    ids=["operator", "no-convolution", "no-constant", "axes", "padding", "fused", "output"],
)  # fmt: skip
def test_another_graph_is_refused(model, message):
    with pytest.raises((ValueError, LookupError), match=message):
        convert(model)
