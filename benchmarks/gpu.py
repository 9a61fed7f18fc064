"""What a GPU does for photos, and what bounds it: `make bench-gpu`, at most 8 minutes.

Measures on the first GPU, with ONNX Runtime or, where it has no CUDA, with PyTorch: each model by
batch and precision, transfer, decoding on the cores and on the GPU, and pictures to faces by pack,
with the share of time that each part takes and how busy the GPU is; and compares the faces with
those of the CPU. Without a GPU it says so, and tries itself at a tiny size on the CPU.
"""

import argparse
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import monotonic

import cv2

from benchmarks import program
from benchmarks.accelerators.clock import Clock
from benchmarks.accelerators.engines import Engine, find_engines, open_analyzer, reference_engine
from benchmarks.accelerators.equality import compare_faces, find_faces
from benchmarks.accelerators.pipeline import run_pipeline
from benchmarks.accelerators.speeds import time_decoding, time_models, time_transfer
from benchmarks.accelerators.watch import GpuWatch
from cli.speed.pictures import make_pictures
from models.errors import ModelUnavailable
from models.face import Face
from models.nets.analyzer import Analyzer
from models.packs.shipped_packs import read_shipped
from models.weights.folder import default_weights_dir

MINUTES = 8.0
# What is measured once the time is over would be left out: this much is kept for the rest.
LAST_SECONDS = 30.0
PACKS = ("default", "strict", "accurate")
PACKAGES = ("onnxruntime-gpu", "onnxruntime", "torch", "opencv-python-headless", "numpy")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: on a GPU, or as a trial on the CPU."""

    pictures: int
    compared: int
    packs: Sequence[str]
    batches: Sequence[int]
    seconds: float  # for each model and batch


ON_A_GPU = Size(1024, 96, PACKS, (1, 4, 16, 64), 1.0)
TRIAL = Size(4, 4, PACKS[:1], (1, 2), 0.0)


def main() -> None:
    arguments = _read_arguments()
    machine = program.begin()
    watch, engines = GpuWatch(), find_engines()
    if not engines[0].is_gpu:
        program.say("There is no GPU, or nothing here can use it: a tiny trial, no figures.")
    with program.make_scratch_folder() as folder:
        bench = Bench(engines, watch, folder, monotonic() + 60 * arguments.minutes)
        figures = {**machine, **_describe_software(), **watch.describe(), **bench.measure()}
    program.write_figures(arguments.out, "gpu", figures)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument(
        "--minutes", type=float, default=MINUTES, help="begin no measurement after this time"
    )
    return parser.parse_args()


def _describe_software() -> dict[str, object]:
    return {"python": platform.python_version(), "packages": dict(_list_packages())}


def _list_packages() -> Iterator[tuple[str, str]]:
    for name in PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


class Bench:
    """All measurements, as many as there is time for, the most telling ones first."""

    def __init__(
        self, engines: Sequence[Engine], watch: GpuWatch, folder: Path, deadline: float
    ) -> None:
        self._engines = engines
        self._watch = watch
        self._deadline = deadline
        self._weights_dir = default_weights_dir(os.environ)
        self._size = ON_A_GPU if engines[0].is_gpu else TRIAL
        self._paths = make_pictures(self._weights_dir / "samples", folder, self._size.pictures)
        cv2.setNumThreads(1)

    def measure(self) -> dict[str, object]:
        figures: dict[str, object] = {
            "is_gpu": self._engines[0].is_gpu,
            "engine": self._engines[0].name,
            "pictures": len(self._paths),
            "decoding": time_decoding(self._paths[:256]),
            "transfer_gigabytes_per_second": time_transfer(self._size.seconds),
        }
        self._show("decoding", figures["decoding"])
        self._show("transfer", figures["transfer_gigabytes_per_second"])
        figures["packs"] = {
            name: packed for name in self._size.packs if (packed := self._measure_pack(name))
        }
        figures["left_out"] = self._is_over()
        return figures

    def _measure_pack(self, name: str) -> dict[str, object]:
        """By precision; a pack whose files are missing is left out."""
        figures: dict[str, object] = {}
        expected = None
        for engine in self._engines:
            if self._is_over():
                return figures
            try:
                expected = expected or self._find_expected(name)
                figures[engine.precision] = measured = self._measure_engine(name, engine, expected)
            except ModelUnavailable as error:
                program.say(f"{name} is left out: {error}")
                return figures
            for part, values in measured.items():
                self._show(f"{name} {engine.precision} {part}", values)
        return figures

    def _find_expected(self, name: str) -> list[list[Face]]:
        analyzer = open_analyzer(reference_engine(), self._weights_dir, read_shipped(name))
        return find_faces(analyzer, self._paths[: self._size.compared])

    def _measure_engine(
        self, name: str, engine: Engine, expected: list[list[Face]]
    ) -> dict[str, object]:
        pack, clock = read_shipped(name), Clock()
        analyzer = open_analyzer(engine, self._weights_dir, pack, clock.time_graph)
        compared = find_faces(analyzer, self._paths[: self._size.compared])
        return {
            "equality": compare_faces(compared, expected).figures,
            "pipeline": self._run(analyzer, clock),
            "models_per_second": time_models(
                engine, self._weights_dir, pack, self._size.batches, self._size.seconds
            ),
        }

    def _run(self, analyzer: Analyzer, clock: Clock) -> dict[str, object]:
        with self._watch.watch():
            measured = run_pipeline(analyzer, self._paths, os.cpu_count() or 1, clock)
        return {**measured.figures, **self._watch.figures}

    def _is_over(self) -> bool:
        return monotonic() > self._deadline - LAST_SECONDS

    def _show(self, what: str, values: object) -> None:
        program.say(f"{what}: {values}")


if __name__ == "__main__":
    main()
