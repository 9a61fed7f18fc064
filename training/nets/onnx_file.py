"""Layers and their weights to an ONNX file; no exporter has to be installed for it."""

from collections.abc import Iterator, Mapping, Sequence

from models.conversion.onnx_messages import (
    GRAPH_INITIALIZER,
    GRAPH_INPUT,
    GRAPH_NAME,
    GRAPH_NODE,
    GRAPH_OUTPUT,
    write_model,
    write_node,
    write_tensor,
    write_value,
)
from training.nets.layers import (
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flattening,
    Layer,
    MaxPooling,
    MeanPooling,
    Rectifier,
    ResponseNormalization,
)
from training.nets.lessons import Weights

INPUT, OUTPUT = "face", "probabilities"
OF_DENSE = ("weight", "bias")
OF_BATCH = ("weight", "bias", "running_mean", "running_var")

# An operator of ONNX, its options, and the names of the weights that it takes.
Operator = tuple[str, Mapping[str, int | Sequence[int]], Sequence[str]]


def write_onnx(layers: Sequence[Layer], weights: Weights, side: int) -> bytes:
    """A file that takes faces (N, 3, side, side) and gives the probability of each class.

    `weights` are named as in a network: `0.weight` for those of the first layer.
    """
    nodes, tensors, source = [], [], INPUT
    for number, layer in enumerate(layers):
        for operator, options, names in _translate(layer):
            inputs = [f"{number}.{name}" for name in names]
            tensors += [write_tensor(name, weights[name]) for name in inputs]
            nodes.append(write_node(operator, [source, *inputs], f"layer_{number}", options))
            source = f"layer_{number}"
    nodes.append(write_node("Softmax", [source], OUTPUT, {"axis": 1}))
    classes = len(weights[f"{len(layers) - 1}.bias"])
    return write_model(
        {
            GRAPH_NODE: nodes,
            GRAPH_NAME: [b"facetally"],
            GRAPH_INITIALIZER: tensors,
            GRAPH_INPUT: [write_value(INPUT, ("batch", 3, side, side))],
            GRAPH_OUTPUT: [write_value(OUTPUT, ("batch", classes))],
        }
    )


def _translate(layer: Layer) -> Iterator[Operator]:
    """The operator of a layer; dropout has none. Numbers not given are those of ONNX by default."""
    match layer:
        case Convolution(_, kernel, stride, padding):
            yield "Conv", {**_window(kernel, stride), "pads": [padding] * 4}, OF_DENSE
        case BatchNormalization():
            yield "BatchNormalization", {}, OF_BATCH
        case ResponseNormalization(channels):
            yield "LRN", {"size": channels}, ()
        case Rectifier():
            yield "Relu", {}, ()
        case MaxPooling(kernel, stride):
            yield "MaxPool", {**_window(kernel, stride), "ceil_mode": 1}, ()
        case MeanPooling():
            yield "GlobalAveragePool", {}, ()
        case Flattening():
            yield "Flatten", {"axis": 1}, ()
        case Dense():
            yield "Gemm", {"transB": 1}, OF_DENSE
        case Dropout():
            return


def _window(kernel: int, stride: int) -> dict[str, Sequence[int]]:
    return {"kernel_shape": [kernel, kernel], "strides": [stride, stride]}
