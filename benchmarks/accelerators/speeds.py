"""Models, transfer and decoding, each alone: what bounds the whole."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks.accelerators.engines import Engine, list_chip_shapes, locate_part
from models.graphs.device import InputShapes
from models.nets.search import list_shapes
from models.nets.tuning import DETECTION_SIDE
from models.packs.pack import Pack
from models.packs.parts import Part
from models.pictures.picture import Picture, decode_picture
from models.pictures.working_size import WorkingSize

# As workers decode: three times the side that is searched.
WORKING_SIZE = WorkingSize(3 * DETECTION_SIDE)
MOST_PIXELS = 150_000_000
TRANSFERRED_BYTES = 64 << 20


def time_models(
    engine: Engine, weights_dir: Path, pack: Pack, batches: Sequence[int], seconds: float
) -> dict[str, dict[int, float]]:
    """Inputs a second of each model by batch, from the memory of the host and back; the detector,
    too, with the numbers of the engine."""
    parts: list[tuple[str, Part, InputShapes]] = [
        ("detector", pack.detector, list_shapes(DETECTION_SIDE)),
        *((one.name, one, list_chip_shapes(one.crop.side)) for one in pack.estimators),
    ]
    speeds: dict[str, dict[int, float]] = {}
    for name, part, shapes in parts:
        path = locate_part(pack, part, weights_dir)
        graph = engine.open_graph(path, shapes, engine.precision)
        speeds[name] = {}
        for batch in [one for one in batches if one <= shapes.most]:
            inputs = np.zeros((batch, 3, *shapes.usual[0]), dtype=np.float32)
            taken = time_often(partial(graph.run, inputs), seconds)
            speeds[name][batch] = round(batch / taken, 1)
    return speeds


def time_often(work: Callable[[], object], seconds: float) -> float:
    """The middle time of all runs within `seconds`, after one that warms up."""
    work()
    end, taken = perf_counter() + seconds, list[float]()
    while not taken or perf_counter() < end:
        started = perf_counter()
        work()
        taken.append(perf_counter() - started)
    return median(taken)


def time_transfer(seconds: float) -> dict[str, float]:
    """Gigabytes a second to a GPU from plain and from pinned memory, and back; with PyTorch."""
    if find_spec("torch") is None:
        return {}
    import torch  # noqa: PLC0415

    if not torch.cuda.is_available():
        return {}
    plain = torch.zeros(TRANSFERRED_BYTES, dtype=torch.uint8)
    pinned, there = plain.pin_memory(), plain.to("cuda:0")

    def copy(source: object, target: str) -> None:
        source.to(target)  # type: ignore[attr-defined]
        torch.cuda.synchronize()

    ways = {"plain": (plain, "cuda:0"), "pinned": (pinned, "cuda:0"), "back": (there, "cpu")}
    return {
        name: round(TRANSFERRED_BYTES / time_often(partial(copy, *way), seconds) / 1e9, 1)
        for name, way in ways.items()
    }


def decode(path: Path) -> Picture:
    return decode_picture(path.read_bytes(), max_pixels=MOST_PIXELS, working_size=WORKING_SIZE)


def time_decoding(paths: Sequence[Path]) -> dict[str, float]:
    """Pictures a second on one core, on all of them, and by a GPU (nvJPEG) if PyTorch's vision
    library is here."""
    cores = os.cpu_count() or 1
    speeds = {"one_core": _time_all(lambda: [decode(path) for path in paths], len(paths))}
    with ThreadPoolExecutor(cores) as threads:
        speeds["all_cores"] = _time_all(lambda: list(threads.map(decode, paths)), len(paths))
    decode_there = _find_gpu_decoder()
    if decode_there is not None:
        files = [path.read_bytes() for path in paths]
        decode_there(files)
        speeds["gpu"] = _time_all(lambda: decode_there(files), len(paths))
    return speeds


def _time_all(work: Callable[[], object], pictures: int) -> float:
    started = perf_counter()
    work()
    return round(pictures / (perf_counter() - started), 1)


def _find_gpu_decoder() -> Callable[[Sequence[bytes]], None] | None:
    if find_spec("torch") is None or find_spec("torchvision") is None:
        return None
    import torch  # noqa: PLC0415
    from torchvision.io import decode_jpeg  # noqa: PLC0415

    if not torch.cuda.is_available():
        return None

    def decode_there(files: Sequence[bytes]) -> None:
        tensors = [torch.frombuffer(bytearray(file), dtype=torch.uint8) for file in files]
        decode_jpeg(tensors, device="cuda:0")
        torch.cuda.synchronize()

    return decode_there
