"""The processor time that each estimator takes for a face: `make bench-estimators`.

Each estimator of every shipped pack gets the faces of the sample photos as chips, on one thread,
from pixels to ages and genders. Those whose files are missing are left out.
"""

import argparse
from collections.abc import Iterator, Sequence
from statistics import median
from time import process_time

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import program
from benchmarks.settings import read_cpu_settings
from db.job_values import DetectionMode
from models.errors import ModelUnavailable
from models.estimators.chips import plan_chips
from models.estimators.estimator import Estimator
from models.face import Detection
from models.graphs.device import Device
from models.graphs.graph import CPU
from models.graphs.opening import load_graph
from models.nets.analyzer import load_analyzer
from models.packs.files import locate_file
from models.packs.pack import Pack
from models.packs.parts import EstimatorPart
from models.packs.shipped_packs import list_shipped, read_shipped
from models.pictures.picture import Picture, decode_picture
from models.weights.catalog import SAMPLES
from worker.settings import WORKING_SIZES, Settings

BATCHES = (1, 8, 64)

Chips = NDArray[np.uint8]
Face = tuple[Picture, Detection]


def main() -> None:
    arguments = _read_arguments()
    machine = program.begin()
    settings = read_cpu_settings()
    cv2.setNumThreads(1)
    faces = list(_find_faces(settings))
    figures: dict[str, dict[str, dict[int, float]]] = {}
    for name in arguments.packs:
        figures[name] = dict(_measure_pack(read_shipped(name), settings, faces, arguments.seconds))
        for estimator, costs in figures[name].items():
            shown = "  ".join(f"{cost:7.2f} ms (batch {batch})" for batch, cost in costs.items())
            program.say(f"{name:10} {estimator:24} {shown}")
    program.write_figures(arguments.out, "estimators", {**machine, "milliseconds": figures})


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument(
        "--packs", nargs="+", choices=list_shipped(), default=list_shipped(), help="what to time"
    )
    parser.add_argument("--seconds", type=float, default=2.0, help="time for each batch size")
    return parser.parse_args()


def _find_faces(settings: Settings) -> Iterator[Face]:
    """Every face of the sample photos."""
    analyzer = load_analyzer(settings.weights_dir, read_shipped(), device=Device(CPU))
    for sample in SAMPLES:
        data = (settings.weights_dir / sample.name).read_bytes()
        picture = decode_picture(
            data,
            max_pixels=settings.max_pixels,
            working_size=WORKING_SIZES[DetectionMode.NORMAL],
        )
        [found] = analyzer.detect([picture])
        yield from ((picture, face.detection) for face in found.faces)


def _measure_pack(
    pack: Pack, settings: Settings, faces: Sequence[Face], seconds: float
) -> Iterator[tuple[str, dict[int, float]]]:
    """The milliseconds a face that each estimator takes in each batch."""
    for part in pack.estimators:
        try:
            paths = [locate_file(pack, file, settings.weights_dir) for file in part.files]
        except ModelUnavailable as error:
            program.say(f"{pack.name:10} {part.name:24} left out: {error}")
            continue
        estimator = Estimator(part, load_graph(paths, Device(CPU)))
        chips = _cut_chips(part, faces)
        yield part.name, {size: _time(estimator, chips[:size], seconds) for size in BATCHES}


def _cut_chips(part: EstimatorPart, faces: Sequence[Face]) -> Chips:
    """As many chips as the largest batch takes, faces in turn."""
    plan = plan_chips([part])
    cut = [plan.cut(*face) for face in faces]
    return plan.gather([cut[number % len(cut)] for number in range(max(BATCHES))], 0)


def _time(estimator: Estimator, chips: Chips, seconds: float) -> float:
    """The middle one of all runs within `seconds`, after one that warms up."""
    estimator.estimate(chips)
    end = process_time() + seconds
    runs: list[float] = []
    while not runs or process_time() < end:
        start = process_time()
        estimator.estimate(chips)
        runs.append(process_time() - start)
    return 1000 * median(runs) / len(chips)


if __name__ == "__main__":
    main()
