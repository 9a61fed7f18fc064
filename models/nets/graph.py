"""A loaded ONNX file, ready to run: the only place that knows the net runtime."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelUnavailable

CPU = "cpu"
CUDA = "cuda"
AUTO = "auto"
PROVIDERS = (AUTO, CPU, CUDA)

CPU_EXECUTION = "CPUExecutionProvider"
CUDA_EXECUTION = "CUDAExecutionProvider"

CUDA_ADVICE = (
    "install the package `onnxruntime-gpu[cuda,cudnn]` in place of `onnxruntime` on a machine with "
    "an NVIDIA driver, or set the provider to `cpu`"
)


class Graph(Protocol):
    """One net's computation, opened once and run many times."""

    @property
    def provider(self) -> str:
        """What it runs on: `cpu` or `cuda`."""

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs, in the order of the file, for one batch of `inputs`."""


class OnnxGraph:
    """An ONNX Runtime session with one input."""

    def __init__(self, session: Any, provider: str) -> None:
        self._session = session
        self._input_name: str = session.get_inputs()[0].name
        self._provider = provider

    @property
    def provider(self) -> str:
        return self._provider

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        outputs: list[NDArray[np.float32]] = self._session.run(None, {self._input_name: inputs})
        return outputs


def load_graph(path: Path, provider: str = AUTO, threads: int = 1) -> Graph:
    """Open `path` on `provider` (auto, cpu or cuda) with `threads` CPU threads.

    Raises ModelUnavailable when the file cannot be opened, or the provider asked for is not here.
    """
    # From release 1.29 it reports to its makers unless told not to, before it is imported.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    # Imported here so that processes that run no net, the API's above all, never load it.
    import onnxruntime  # noqa: PLC0415

    def open_session(executions: Sequence[str]) -> Any:
        options = _session_options(onnxruntime, threads)
        try:
            return onnxruntime.InferenceSession(path, options, providers=list(executions))
        # The runtime raises its own undocumented classes, most of them plain RuntimeErrors.
        except Exception as error:
            raise ModelUnavailable(f"The net {path.name} cannot be opened: {error}") from error

    return open_graph(open_session, onnxruntime.get_available_providers(), provider)


def open_graph(
    open_session: Callable[[Sequence[str]], Any], available: Sequence[str], provider: str
) -> Graph:
    """Open a session on the best execution provider that `provider` allows and that comes up.

    The runtime falls back to the CPU without an error when CUDA does not start, so what the
    session ended up with is checked. Raises ModelUnavailable when CUDA was asked for in vain.
    """
    executions = choose_executions(available, provider)
    session = open_session(executions)
    runs_on = CUDA if CUDA_EXECUTION in session.get_providers() else CPU
    if provider == CUDA and runs_on != CUDA:
        raise ModelUnavailable(
            f"Provider `cuda` was asked for, but CUDA did not start on this machine; {CUDA_ADVICE}."
        )
    return OnnxGraph(session, runs_on)


def choose_executions(available: Sequence[str], provider: str) -> list[str]:
    """The runtime's execution providers to try, best first, for `auto`, `cpu` or `cuda`."""
    if provider not in PROVIDERS:
        raise ModelUnavailable(f"Provider must be one of {', '.join(PROVIDERS)}, got {provider!r}.")
    if provider == CPU:
        return [CPU_EXECUTION]
    if CUDA_EXECUTION in available:
        return [CUDA_EXECUTION, CPU_EXECUTION]
    if provider == CUDA:
        raise ModelUnavailable(
            f"Provider `cuda` was asked for, but this onnxruntime has none of it; {CUDA_ADVICE}."
        )
    return [CPU_EXECUTION]


def _session_options(onnxruntime: Any, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Warnings of the runtime are for those who make nets, not for those who run them.
    options.log_severity_level = 3
    # Pictures come in many sizes: a pattern for each would be kept for ever. The arena stays: what
    # goes in is bounded, so it stops growing, and without it every run pays for fresh pages.
    options.enable_mem_pattern = False
    return options
