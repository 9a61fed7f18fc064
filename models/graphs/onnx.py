"""A loaded ONNX file, ready to run: the only module that imports ONNX Runtime."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.conversion.half_precision import convert_to_half, read_input_name
from models.errors import DeviceLost, ModelUnavailable
from models.graphs.accelerated import AcceleratedGraph, Run
from models.graphs.binding import BoundSession
from models.graphs.device import Device, InputShapes
from models.graphs.faults import first_line
from models.graphs.graph import AUTO, CPU, CUDA, TENSORRT, Graph
from models.graphs.providers import (
    ACCELERATORS,
    CUDA_EXECUTION,
    Execution,
    advise,
    choose_provider,
    list_executions,
    require_plain,
)

# A session with these execution providers, best first, and their options.
OpenSession = Callable[[Sequence[Execution]], Any]


class OnnxGraph:
    """An ONNX Runtime session with one input, on the CPU."""

    provider = CPU

    def __init__(self, session: Any) -> None:
        self._session = session
        self._input_name: str = session.get_inputs()[0].name

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        outputs: list[NDArray[np.float32]] = self._session.run(None, {self._input_name: inputs})
        return outputs


def may_have_cuda() -> bool:
    """Whether this ONNX Runtime was built with CUDA; says nothing of the machine."""
    return CUDA_EXECUTION in _import_runtime().get_available_providers()


def load_onnx(path: Path, device: Device | None = None, shapes: InputShapes | None = None) -> Graph:
    """Open `path` on `device` (by default, what `auto` stands for); on an accelerator, the usual
    `shapes` are made ready, too.

    Raises ModelUnavailable if the file cannot be opened, or the device is not on this machine.
    """
    onnxruntime = _import_runtime()
    available = onnxruntime.get_available_providers()
    asked = device or Device()
    chosen = replace(asked, provider=choose_provider(available, asked.provider))
    try:
        model, name = _read_model(path, chosen)
    except (OSError, ValueError, LookupError) as error:
        raise ModelUnavailable(f"The model {path.name} cannot be opened: {error}") from error

    def open_session(executions: Sequence[Execution]) -> Any:
        options = _session_options(onnxruntime, chosen.threads)
        try:
            return onnxruntime.InferenceSession(model, options, providers=list(executions))
        # The runtime raises undocumented classes of its own, most of them plain RuntimeErrors.
        except Exception as error:
            raise ModelUnavailable(
                f"The model {path.name} cannot be opened: {first_line(error)}"
            ) from error

    session, on = open_on(open_session, chosen, list_executions(chosen, name, shapes), asked)
    if on.provider == CPU:
        return OnnxGraph(session)
    graph = AcceleratedGraph(_make_run(onnxruntime, session, on, name), on)
    if shapes is not None:
        _warm_up(graph, shapes)
    return graph


def open_on(
    open_session: OpenSession, chosen: Device, executions: Sequence[Execution], asked: Device
) -> tuple[Any, Device]:
    """A session, and what it runs on: `chosen`, or the CPU where `asked` leaves that open.

    If an execution provider does not start, the runtime goes on without it and without an error:
    those of the session are therefore checked. Raises ModelUnavailable if what was asked for does
    not start.
    """
    session = open_session(executions)
    best, _ = executions[0]
    if best in session.get_providers():
        return session, chosen
    if asked.provider == AUTO:
        require_plain(asked)
        return session, replace(chosen, provider=CPU)
    raise ModelUnavailable(
        f"The provider is `{asked}`, but it did not start on this machine. "
        f"{advise(asked.provider)}."
    )


def _read_model(path: Path, device: Device) -> tuple[str | bytes, str]:
    """What the runtime opens, and the name of its input. Of 16-bit numbers where they are wanted
    and the provider does not make them itself."""
    if device.provider == CPU:
        return str(path), ""
    model = path.read_bytes()
    name = read_input_name(model)
    if device.is_half and not ACCELERATORS[device.provider].halves_itself:
        return convert_to_half(model), name
    return str(path), name


def _make_run(onnxruntime: Any, session: Any, device: Device, name: str) -> Run:
    if device.provider not in (CUDA, TENSORRT):
        return lambda inputs: list(session.run(None, {name: inputs}))
    place = (CUDA, device.index or 0)
    make_value = partial(
        onnxruntime.OrtValue.ortvalue_from_shape_and_type,
        element_type=np.float32,
        device_type=place[0],
        device_id=place[1],
    )
    return BoundSession(session, make_value, place).run


def _warm_up(graph: AcceleratedGraph, shapes: InputShapes) -> None:
    try:
        graph.warm_up(shapes)
    except DeviceLost as error:
        raise ModelUnavailable(str(error)) from error


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
