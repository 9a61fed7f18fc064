"""A loaded ONNX file, ready to run: the only module that imports ONNX Runtime."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelUnavailable
from models.graphs.graph import AUTO, CPU, CUDA, PROVIDERS, Graph

CPU_EXECUTION = "CPUExecutionProvider"
CUDA_EXECUTION = "CUDAExecutionProvider"

CUDA_ADVICE = (
    "Install the package `onnxruntime-gpu[cuda,cudnn]` in place of `onnxruntime` on a machine with "
    "an NVIDIA driver, or set the provider to `cpu`"
)


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


def may_have_cuda() -> bool:
    """Whether this ONNX Runtime was built with CUDA; says nothing of the machine."""
    return CUDA_EXECUTION in _import_runtime().get_available_providers()


def load_onnx(path: Path, provider: str = AUTO, threads: int = 1) -> Graph:
    """Open `path` on `provider` (auto, cpu or cuda) with `threads` CPU threads.

    Raises ModelUnavailable if the file cannot be opened, or the provider is not on this machine.
    """
    onnxruntime = _import_runtime()

    def open_session(executions: Sequence[str]) -> Any:
        options = _session_options(onnxruntime, threads)
        try:
            return onnxruntime.InferenceSession(path, options, providers=list(executions))
        # The runtime raises undocumented classes of its own, most of them plain RuntimeErrors.
        except Exception as error:
            raise ModelUnavailable(f"The model {path.name} cannot be opened: {error}") from error

    return open_graph(open_session, onnxruntime.get_available_providers(), provider)


def open_graph(
    open_session: Callable[[Sequence[str]], Any], available: Sequence[str], provider: str
) -> Graph:
    """Open a session on the best execution provider that `provider` allows and that starts.

    If CUDA does not start, the runtime falls back to the CPU without an error: the providers of the
    session are therefore checked. Raises ModelUnavailable if `cuda` is wanted and does not start.
    """
    executions = choose_executions(available, provider)
    session = open_session(executions)
    runs_on = CUDA if CUDA_EXECUTION in session.get_providers() else CPU
    if provider == CUDA and runs_on != CUDA:
        raise ModelUnavailable(
            f"The provider is `cuda`, but CUDA did not start on this machine. {CUDA_ADVICE}."
        )
    return OnnxGraph(session, runs_on)


def choose_executions(available: Sequence[str], provider: str) -> list[str]:
    """The runtime's execution providers to try, best first, for `auto`, `cpu` or `cuda`."""
    if provider not in PROVIDERS:
        raise ModelUnavailable(
            f"The provider must be one of {', '.join(PROVIDERS)}, got {provider!r}."
        )
    if provider == CPU:
        return [CPU_EXECUTION]
    if CUDA_EXECUTION in available:
        return [CUDA_EXECUTION, CPU_EXECUTION]
    if provider == CUDA:
        raise ModelUnavailable(
            f"The provider is `cuda`, but this onnxruntime was built without it. {CUDA_ADVICE}."
        )
    return [CPU_EXECUTION]


def _import_runtime() -> Any:
    """ONNX Runtime, imported late: processes that run no model, above all the API's, do without."""
    # From release 1.29 on it sends telemetry unless this is set before it is imported.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime  # noqa: PLC0415

    return onnxruntime


def _session_options(onnxruntime: Any, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # The runtime's warnings are for those who build models, not for those who run them.
    options.log_severity_level = 3
    # Pictures have many sizes, and a memory pattern for each would never be freed. The arena stays:
    # inputs are bounded, so it stops growing, and without it every run pays for fresh pages.
    options.enable_mem_pattern = False
    return options
