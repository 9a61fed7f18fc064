"""Accelerators that are not there: sessions as ONNX Runtime makes them, on the CPU, and their
failures with the texts of CUDA."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from onnxruntime import InferenceSession
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, RuntimeException

from models.conversion.half_precision import convert_to_half
from models.estimators.estimator import Estimator
from models.estimators.panel import Panel
from models.graphs.accelerated import AcceleratedGraph
from models.graphs.device import Device
from models.graphs.graph import CUDA
from models.graphs.providers import CPU_EXECUTION
from models.nets.analyzer import Analyzer
from models.nets.detections import Bounds
from models.nets.detector import YunetDetector
from models.nets.tuning import DETECTION_SIDE, SCORE_THRESHOLD, SMALLEST_FACE_PIXELS
from models.packs.files import locate_file
from models.packs.parts import Part
from models.packs.shipped_packs import read_shipped

LOST_TEXT = (
    "[ONNXRuntimeError] : 1 : FAIL : CUDA failure 700: an illegal memory access was encountered ; "
    "GPU=0 ; hostname=gpu-7 ; file=cuda_call.cc ; line=143 ; expr=cudaStreamSynchronize(stream_)\n"
    "and more lines"
)
FULL_TEXT = (
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Conv "
    "node. Name:'c' Status Message: Failed to allocate memory for requested buffer of size 6710886"
)


def lose_device() -> Exception:
    return Fail(LOST_TEXT)


def fill_memory() -> Exception:
    return RuntimeException(FULL_TEXT)


class FakeNode:
    def __init__(self, name: str) -> None:
        self.name = name


class FakeSession:
    """A session that started with `providers`; each run calls `answer` with its inputs."""

    def __init__(self, providers: Sequence[str], answer: Callable | None = None) -> None:
        self._providers = list(providers)
        self._answer = answer

    def get_inputs(self) -> list[FakeNode]:
        return [FakeNode("input")]

    def get_outputs(self) -> list[FakeNode]:
        return [FakeNode("output")]

    def get_providers(self) -> list[str]:
        return self._providers

    def run(self, _, inputs):
        assert self._answer is not None
        return self._answer(inputs["input"])


Run = Callable[[np.ndarray], list[np.ndarray]]


def open_fake_device(
    weights_dir: Path, *, is_half: bool = False, change: Callable[[Run], Run] = lambda run: run
) -> Analyzer:
    """The models of the default pack as on an accelerator: the same shapes and batches, computed by
    the CPU; `change` may put faults in their way."""
    pack = read_shipped()

    def open_graph(part: Part, is_half: bool) -> AcceleratedGraph:
        [path] = [locate_file(pack, file, weights_dir) for file in part.files]
        session = _open_session(path, is_half)
        name = session.get_inputs()[0].name
        run = change(lambda inputs: session.run(None, {name: inputs}))
        return AcceleratedGraph(run, Device(CUDA, 0))

    bounds = Bounds(SCORE_THRESHOLD, SMALLEST_FACE_PIXELS)
    detector = YunetDetector(open_graph(pack.detector, False), DETECTION_SIDE, bounds)
    estimators = [Estimator(part, open_graph(part, is_half)) for part in pack.estimators]
    return Analyzer(detector, Panel(estimators, pack.vote))


@cache
def _open_session(path: Path, is_half: bool) -> InferenceSession:
    model = path.read_bytes()
    return InferenceSession(convert_to_half(model) if is_half else model, providers=[CPU_EXECUTION])


class FailingRuns:
    """Lets `runs` of a device's runs through, of all models together; then it is lost."""

    def __init__(self, runs: int) -> None:
        self.left = runs

    def __call__(self, run: Run) -> Run:
        def run_or_fail(inputs: np.ndarray) -> list[np.ndarray]:
            self.left -= 1
            if self.left < 0:
                raise lose_device()
            return run(inputs)

        return run_or_fail
