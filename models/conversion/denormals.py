"""Sets the denormal weights of an ONNX file to zero.

Floats below 1.2e-38 have no exponent of their own, and processors compute with them many times
slower. They are what weight decay leaves of weights that training does not need: next to the
others they do not change the last bit of any output.
"""

import numpy as np

from models.conversion.onnx_messages import (
    FLOAT,
    GRAPH_INITIALIZER,
    MODEL_GRAPH,
    TENSOR_DATA,
    TENSOR_FLOATS,
    TENSOR_TYPE,
    numbers,
)
from models.conversion.protobuf import edit_fields

SMALLEST_NORMAL = np.finfo(np.float32).tiny


def clear_denormals(model: bytes) -> bytes:
    """The ONNX file `model` with 0 for each denormal weight. Raises ValueError if it is cut off."""
    return edit_fields(model, MODEL_GRAPH, _clear_graph)


def _clear_graph(graph: bytes) -> bytes:
    return edit_fields(graph, GRAPH_INITIALIZER, _clear_tensor)


def _clear_tensor(tensor: bytes) -> bytes:
    if numbers(tensor, TENSOR_TYPE) != [FLOAT]:
        return tensor
    for number in (TENSOR_DATA, TENSOR_FLOATS):
        tensor = edit_fields(tensor, number, clear_floats)
    return tensor


def clear_floats(data: bytes) -> bytes:
    """Little-endian float32 values with 0 for each that is denormal."""
    values = np.frombuffer(data, "<f4")
    is_denormal = (values != 0) & (np.abs(values) < SMALLEST_NORMAL)
    return np.where(is_denormal, np.float32(0), values).tobytes()
