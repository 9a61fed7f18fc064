"""Opens a model of any format, by the ending of its file."""

from collections.abc import Sequence
from pathlib import Path

from models.graphs.caffe import load_caffe
from models.graphs.graph import AUTO, Graph
from models.graphs.onnx import load_onnx

CAFFE = ".caffemodel"


def load_graph(paths: Sequence[Path], provider: str = AUTO, threads: int = 1) -> Graph:
    """Open the files of one model: an ONNX file, or the weights of a Caffe model and its prototxt.

    Raises ModelUnavailable if they cannot be opened, or the provider is not on this machine.
    """
    weights, *others = paths
    if weights.suffix == CAFFE:
        [network] = others
        return load_caffe(network, weights)
    return load_onnx(weights, provider, threads)
