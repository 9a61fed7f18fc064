"""What an error of a runtime says of its device.

ONNX Runtime raises classes of its own without a documented meaning: their text has to be read. It
names the failed call of CUDA, cuDNN, cuBLAS, TensorRT, HIP or OpenVINO.
"""

from enum import StrEnum


class Fault(StrEnum):
    """Why a model could not be run."""

    FULL = "full"  # the device has no memory left: fewer inputs may fit
    LOST = "lost"  # the device failed, and fails from now on
    MISUSED = "misused"  # the inputs are not what the model takes: a bug of ours


NO_MEMORY = (
    "out of memory",
    "out_of_memory",
    "failed to allocate memory",
    "available memory of",
    "alloc_failed",
    "bad_alloc",
    "cl_out_of_resources",
)
# The names of ONNX Runtime's codes for a call that can never succeed; its classes have them too.
MISUSES = ("INVALID_ARGUMENT", "INVALID_GRAPH", "NOT_IMPLEMENTED", "NO_SUCHFILE")


def read_fault(error: Exception) -> Fault:
    """What this error of a run on an accelerator means."""
    text = str(error)
    if isinstance(error, MemoryError) or any(sign in text.lower() for sign in NO_MEMORY):
        return Fault.FULL
    if isinstance(error, TypeError | ValueError) or any(code in text for code in MISUSES):
        return Fault.MISUSED
    return Fault.LOST


def first_line(error: Exception) -> str:
    """What an operator reads of it."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
