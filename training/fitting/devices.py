"""What nets are trained on, and the same result each time."""

import os
from typing import Any, TypeAlias

import torch

from training.errors import TrainingError
from training.options import Device

TorchDevice: TypeAlias = Any


def choose_device(device: Device) -> TorchDevice:
    """The device of PyTorch; TrainingError if a GPU is asked for and there is none."""
    has_cuda = torch.cuda.is_available()
    if device is Device.CUDA and not has_cuda:
        raise TrainingError(
            "The device is `cuda`, but PyTorch finds no GPU that it can use on this machine. "
            "Install PyTorch's build for CUDA and an NVIDIA driver, or set the device to `cpu`."
        )
    return torch.device("cuda" if has_cuda and device is not Device.CPU else "cpu")


def make_deterministic(threads: int) -> None:
    """Have PyTorch compute the same each time on the same kind of machine, on `threads` threads.

    On a GPU, some of the backward passes that nets need have no such form; they only warn.
    """
    # cuBLAS reads it when it is first used.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    # The same as `use_deterministic_algorithms`, which imports the compiler first.
    torch.set_deterministic_debug_mode("warn")
    torch.backends.cudnn.benchmark = False
