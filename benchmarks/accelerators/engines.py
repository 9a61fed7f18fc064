"""What runs the models on this machine: ONNX Runtime with CUDA, PyTorch with CUDA, or the CPU."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from models.errors import ModelUnavailable
from models.estimators.estimator import Estimator
from models.estimators.panel import Panel
from models.graphs.accelerated import AcceleratedGraph
from models.graphs.device import Device, InputShapes
from models.graphs.graph import CPU, CUDA, Graph
from models.graphs.onnx import load_onnx, may_have_cuda
from models.nets.analyzer import Analyzer
from models.nets.detections import Bounds
from models.nets.detector import YunetDetector
from models.nets.search import list_shapes
from models.nets.tuning import DETECTION_SIDE, SCORE_THRESHOLD, SMALLEST_FACE_PIXELS
from models.packs.files import locate_file
from models.packs.pack import Pack
from models.packs.parts import LARGEST_BATCH, ONNX, Part

FLOAT32, FLOAT16 = "float32", "float16"
# Of the drivers of NVIDIA, of Windows below Linux, and of AMD.
DEVICE_FILES = ("nvidia[0-9]*", "dxg", "kfd")

OpenGraph = Callable[[Path, InputShapes, str], Graph]
Change = Callable[[str, Graph], Graph]


@dataclass(frozen=True, slots=True)
class Engine:
    """`open_graph` opens an ONNX file for inputs of these shapes, with numbers of a precision;
    `precision` is that of the estimators."""

    name: str  # the runtime and what it runs on
    precision: str
    is_gpu: bool
    open_graph: OpenGraph


def find_engines() -> list[Engine]:
    """The best one that is here, for each precision; without a GPU, the CPU, for a trial of the
    benchmark itself."""
    if may_have_cuda():
        return [_open_runtime(precision) for precision in (FLOAT32, FLOAT16)]
    if find_spec("torch") is not None and _has_gpu():
        return [open_torch("cuda:0", precision) for precision in (FLOAT32, FLOAT16)]
    return [reference_engine()]


def reference_engine() -> Engine:
    """ONNX Runtime on the CPU, as workers without a GPU have it: what others are compared with."""
    return Engine(
        "onnxruntime on the CPU", FLOAT32, False, lambda path, *_: load_onnx(path, Device(CPU))
    )


def _open_runtime(precision: str) -> Engine:
    def open_graph(path: Path, shapes: InputShapes, wanted: str) -> Graph:
        return load_onnx(path, Device(CUDA, 0, is_half=wanted == FLOAT16), shapes)

    return Engine("onnxruntime on CUDA", precision, True, open_graph)


def _has_gpu() -> bool:
    # To import PyTorch takes seconds.
    if not any(any(Path("/dev").glob(pattern)) for pattern in DEVICE_FILES):
        return False
    import torch  # noqa: PLC0415

    return bool(torch.cuda.is_available())


def open_torch(place: str, precision: str) -> Engine:
    """PyTorch on "cuda:0", or on "cpu"."""
    from benchmarks.accelerators.torch_graph import TorchGraph  # noqa: PLC0415

    is_gpu = place != CPU

    def open_graph(path: Path, shapes: InputShapes, wanted: str) -> Graph:
        torch_graph = TorchGraph(path.read_bytes(), place, is_half=wanted == FLOAT16)
        graph = AcceleratedGraph(torch_graph.run, Device(CUDA, 0))
        if is_gpu:
            graph.warm_up(shapes)
        return graph

    return Engine(f"pytorch on {place}", precision, is_gpu, open_graph)


def open_analyzer(
    engine: Engine, weights_dir: Path, pack: Pack, change: Change = lambda _, graph: graph
) -> Analyzer:
    """The models of a pack as workers use them; `change` may replace a graph by its name.

    Raises ModelUnavailable if the files of the pack are not here, or are no ONNX files.
    """

    def open_part(name: str, part: Part, shapes: InputShapes, precision: str) -> Graph:
        path = locate_part(pack, part, weights_dir)
        return change(name, engine.open_graph(path, shapes, precision))

    bounds = Bounds(SCORE_THRESHOLD, SMALLEST_FACE_PIXELS)
    # Workers never open it with 16-bit numbers.
    graph = open_part("detector", pack.detector, list_shapes(DETECTION_SIDE), FLOAT32)
    estimators = [
        Estimator(one, open_part(one.name, one, list_chip_shapes(one.crop.side), engine.precision))
        for one in pack.estimators
    ]
    return Analyzer(YunetDetector(graph, DETECTION_SIDE, bounds), Panel(estimators, pack.vote))


def locate_part(pack: Pack, part: Part, weights_dir: Path) -> Path:
    """Raises ModelUnavailable."""
    paths: Sequence[Path] = [locate_file(pack, file, weights_dir) for file in part.files]
    if paths[0].suffix != ONNX:
        raise ModelUnavailable(f"{paths[0].name} is not an ONNX file, and runs on no GPU.")
    return paths[0]


def list_chip_shapes(side: int) -> InputShapes:
    return InputShapes((side, side), (side, side), ((side, side),), LARGEST_BATCH)
