"""Opens a model of any format, by the ending of its file."""

from collections.abc import Sequence
from pathlib import Path

from models.graphs.caffe import load_caffe
from models.graphs.device import Device, InputShapes
from models.graphs.graph import Graph
from models.graphs.onnx import load_onnx

CAFFE = ".caffemodel"


def load_graph(
    paths: Sequence[Path], device: Device | None = None, shapes: InputShapes | None = None
) -> Graph:
    """Open the files of one model: an ONNX file, or the weights of a Caffe model and its prototxt.

    On an accelerator, the usual `shapes` are made ready. Raises ModelUnavailable if the files
    cannot be opened, or the device is not on this machine.
    """
    weights, *others = paths
    if weights.suffix == CAFFE:
        [network] = others
        return load_caffe(network, weights)
    return load_onnx(weights, device, shapes)
