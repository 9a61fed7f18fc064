"""Makes YuNet's block-quantized file one that ONNX Runtime opens at any picture size.

Its weights are stored as int8 with scales, in a form ONNX Runtime refuses. They are multiplied out
once, when the weights are fetched, so that workers never import `onnx`.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

# Layouts of the detector's input and outputs, with the sides left open.
INPUT_SHAPE = ("batch", 3, "height", "width")


def fold_detector(source: Path, target: Path) -> None:
    """Write `source` (int8 YuNet) to `target` with float weights and open batch and sides.

    The same source gives the same bytes on every machine. Raises ValueError for another graph.
    """
    model = onnx.load_model(source)
    _fold_weights(model.graph)
    _open_shapes(model.graph)
    onnx.checker.check_model(model)
    target.write_bytes(model.SerializeToString(deterministic=True))


def _fold_weights(graph: onnx.GraphProto) -> None:
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    kept: list[onnx.NodeProto] = []
    for node in graph.node:
        folded = _fold_node(node, tensors)
        if folded is None:
            kept.append(node)
        else:
            tensors[node.output[0]] = folded
    used = {name for node in kept for name in node.input}
    weights = [numpy_helper.from_array(tensors[name], name) for name in tensors if name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(kept)
    graph.initializer.extend(weights)


def _fold_node(
    node: onnx.NodeProto, tensors: dict[str, NDArray[np.generic]]
) -> NDArray[np.generic] | None:
    """What `node` gives when all it takes is constant; None when it has to stay in the graph."""
    if not all(name in tensors for name in node.input):
        return None
    inputs = [tensors[name] for name in node.input]
    if node.op_type == "DequantizeLinear":
        return _dequantize(node, *inputs)
    if node.op_type == "Reshape":
        return inputs[0].reshape(tuple(int(side) for side in inputs[1]))
    raise ValueError(f"Only DequantizeLinear and Reshape can be folded, got {node.op_type}")


def _dequantize(
    node: onnx.NodeProto,
    quantized: NDArray[np.generic],
    scales: NDArray[np.generic],
    zero_points: NDArray[np.generic],
) -> NDArray[np.float32]:
    """(int8 - zero point) * scale, with one scale for each block of `block_size` along `axis`."""
    options = {option.name: option.i for option in node.attribute}
    block_size, axis = options.get("block_size", 0), options.get("axis", 1)
    if block_size:
        scales = np.repeat(scales, block_size, axis=axis)
        zero_points = np.repeat(zero_points, block_size, axis=axis)
    # Zero points and weights are int8: their difference needs one bit more.
    centered = quantized.astype(np.int16) - zero_points.astype(np.int16)
    return centered.astype(np.float32) * scales.astype(np.float32)


def _open_shapes(graph: onnx.GraphProto) -> None:
    """Let batch, height and width vary: the graph was exported for one 640x640 picture."""
    del graph.value_info[:]
    _set_shape(graph.input[0], INPUT_SHAPE)
    for output in graph.output:
        channels = output.type.tensor_type.shape.dim[2].dim_value
        stride = output.name.rsplit("_", 1)[1]
        _set_shape(output, ("batch", f"anchors_{stride}", channels))
    heads = [node for node in graph.node if node.op_type == "Reshape"]
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for name in {head.input[1] for head in heads}:
        _, _, channels = (int(side) for side in numpy_helper.to_array(tensors[name]))
        # 0 keeps the batch as it comes, -1 takes as many anchors as the picture gives.
        opened = np.array([0, -1, channels], dtype=np.int64)
        tensors[name].CopyFrom(numpy_helper.from_array(opened, name))


def _set_shape(value: onnx.ValueInfoProto, sides: tuple[int | str, ...]) -> None:
    del value.type.tensor_type.shape.dim[:]
    for side in sides:
        dimension = value.type.tensor_type.shape.dim.add()
        if isinstance(side, int):
            dimension.dim_value = side
        else:
            dimension.dim_param = side


if __name__ == "__main__":
    fold_detector(Path(sys.argv[1]), Path(sys.argv[2]))
