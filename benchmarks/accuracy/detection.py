"""How well faces are found: `make bench-detection LABELS=labels.csv`.

The labeled faces, one in each picture, are shrunk and put on patterns, and their pictures are
turned; they are masked, darkened and cut off. Folders of photographs and of pictures without people
are optional. All is searched with and without what the detector does beyond its first look.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

import cv2
import numpy as np

from benchmarks import program
from benchmarks.inputs.hard_faces import HardFaces, Way, Ways, search_hard
from benchmarks.inputs.scenes import FaceCut, cut_face, make_patterns, make_scenes
from benchmarks.settings import read_cpu_settings
from cli.evaluation.loading import load_labels
from db.job_values import DetectionMode
from models.accuracy.accuracy import DetectionScore
from models.accuracy.boxed_pictures import LEAST_IOU, BoxedPicture, FoundBox, measure_iou
from models.accuracy.detection_score import score_detection
from models.errors import ItemError
from models.face import Box, Detection
from models.graphs.device import Device
from models.graphs.opening import load_graph
from models.nets.candidates import Candidates
from models.nets.detections import Bounds, Detections, describe
from models.nets.detector import YunetDetector
from models.nets.search import Search
from models.nets.turns import turn_back, turn_picture
from models.nets.views import show_whole
from models.packs.files import locate_file
from models.packs.shipped_packs import read_shipped
from models.pictures.picture import Picture, decode_picture
from models.prominence import find_most_prominent
from worker.settings import WORKING_SIZES, Settings

SEED = 21
FIRST_LOOK, NORMAL, CROWD = "first look", "normal", "crowd"
# Without turning and without the second check.
UNCHECKED, UNCHECKED_CROWD = "normal, unchecked", "crowd, unchecked"
# The shorter sides of the faces in scenes of 1920 x 1280 pixels.
SIDES_PIXELS = ((24, 120), (24, 40))


@dataclass(frozen=True, slots=True)
class LabeledFace:
    """A picture and its most prominent face."""

    picture: Picture
    face: Detection


@dataclass(frozen=True, slots=True)
class Found:
    """What is found in some pictures, and the processor time it takes."""

    faces: int
    too_unsure: int
    milliseconds_per_picture: float


@dataclass(frozen=True, slots=True)
class Turned:
    """The share of faces in lying pictures that are found, and found with upright landmarks."""

    found: float
    upright: float


def main() -> None:
    arguments = _read_arguments()
    machine = program.begin()
    ways = _open_ways(read_cpu_settings())
    faces = list(_find_faces(arguments.labels, ways[UNCHECKED], arguments.faces))
    if not faces:
        program.fail("No face was found in the labeled pictures.")
    cuts = [cut_face(one.picture, one.face) for one in faces]
    scenes = {sides: _score_scenes(ways, cuts, sides) for sides in SIDES_PIXELS}
    turned = _search_turned({name: ways[name] for name in (FIRST_LOOK, NORMAL)}, faces)
    hard = search_hard(
        {name: ways[name] for name in (UNCHECKED, NORMAL)},
        [(one.picture, one.face) for one in faces],
    )
    folders = {"patterns": list(make_patterns(arguments.patterns, SEED))}
    for name, folder in (("photos", arguments.photos), ("empty", arguments.empty)):
        if folder is not None:
            folders[name] = list(_read_folder(folder))
    found = {name: _search_all(ways, pictures) for name, pictures in folders.items() if pictures}
    _report(arguments.out, machine, len(faces), scenes, turned, hard, folders, found)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("labels", type=Path, help="a table of labeled faces")
    parser.add_argument("--faces", type=int, default=480, help="labeled faces to use at most")
    parser.add_argument("--patterns", type=int, default=180, help="made pictures without people")
    parser.add_argument("--photos", type=Path, help="a folder of photographs of people")
    parser.add_argument("--empty", type=Path, help="a folder of pictures without people")
    return parser.parse_args()


def _open_ways(settings: Settings) -> Ways:
    """The ways to search a picture, by name."""
    cv2.setNumThreads(1)
    pack, side = read_shipped(), settings.detection_side
    files = [locate_file(pack, file, settings.weights_dir) for file in pack.detector.files]
    graph = load_graph(files, Device(settings.provider))
    bounds = Bounds(settings.score_threshold, settings.smallest_face_pixels)
    detector = YunetDetector(graph, side, bounds)
    search = Search(graph, side, bounds)

    def look_once(picture: Picture) -> Detections:
        [found] = search.look([show_whole(picture, side)])
        return _trust(found, picture, bounds)

    def search_unchecked(picture: Picture, crowd: bool = False) -> Detections:
        [found] = search.find([picture], crowd)
        return _trust(found, picture, bounds)

    return {
        FIRST_LOOK: look_once,
        UNCHECKED: search_unchecked,
        NORMAL: lambda picture: detector.detect([picture])[0],
        UNCHECKED_CROWD: lambda picture: search_unchecked(picture, crowd=True),
        CROWD: lambda picture: detector.detect([picture], crowd=True)[0],
    }


def _trust(found: Candidates, picture: Picture, bounds: Bounds) -> Detections:
    """As described without a second check."""
    limits = (picture.width_pixels, picture.height_pixels)
    return describe(found, np.zeros(len(found), np.bool_), limits, bounds)


def _find_faces(labels: Path, way: Way, most: int) -> Iterator[LabeledFace]:
    paths = [row.path for row in load_labels(labels) if row.path is not None]
    for picture in _read_pictures(paths[:most]):
        faces = way(picture).faces
        boxes = [face.box for face in faces]
        best = find_most_prominent(boxes, picture.width_pixels, picture.height_pixels)
        if best is not None and max(picture.rgb.shape) == max(
            picture.width_pixels, picture.height_pixels
        ):
            yield LabeledFace(picture, faces[best])


def _read_folder(folder: Path) -> Iterator[Picture]:
    return _read_pictures(sorted(path for path in folder.iterdir() if path.is_file()))


def _read_pictures(paths: Sequence[Path]) -> Iterator[Picture]:
    """Those that can be read, as many pixels of them as an ordinary job analyzes."""
    size = WORKING_SIZES[DetectionMode.NORMAL]
    for path in paths:
        try:
            yield decode_picture(path.read_bytes(), max_pixels=10**9, working_size=size)
        except ItemError as error:
            program.say(f"{path.name} is left out: {error}")


def _score_scenes(
    ways: Ways, cuts: Sequence[FaceCut], sides: tuple[int, int]
) -> dict[str, DetectionScore]:
    """Each face is once in a scene."""
    pictures: dict[str, list[BoxedPicture]] = {name: [] for name in ways}
    for scene in make_scenes(cuts, sides, SEED):
        for name, way in ways.items():
            faces = way(scene.picture).faces
            found = tuple(FoundBox(face.box, face.score) for face in faces)
            pictures[name].append(BoxedPicture(scene.boxes, found))
    return {name: score_detection(some) for name, some in pictures.items()}


def _search_turned(ways: Ways, faces: Sequence[LabeledFace]) -> dict[str, Turned]:
    """Each picture lies in one of the three ways in turn."""
    figures = {}
    for name, way in ways.items():
        hits = np.array([_match(way, one, 1 + i % 3) for i, one in enumerate(faces)], np.float64)
        found, upright = hits.mean(axis=0).round(4).tolist()
        figures[name] = Turned(found, upright)
    return figures


def _match(way: Way, one: LabeledFace, turns: int) -> tuple[bool, bool]:
    """Whether the face is found in its picture before `turns`, and with landmarks as expected."""
    lying = turn_picture(one.picture, 4 - turns)
    wanted = turn_back(_to_candidates(one.face), turns, (lying.width_pixels, lying.height_pixels))
    left, top, right, bottom = np.rint(wanted.boxes[0]).astype(int).tolist()
    box = Box(left, top, right - left, bottom - top)
    near = [face for face in way(lying).faces if measure_iou(face.box, box) >= LEAST_IOU]
    points = np.array([face.landmarks for face in near], np.float32).reshape(-1, 5, 2)
    distances = np.abs(points - wanted.landmarks[0]).max(axis=(1, 2), initial=0.0)
    return bool(near), bool((distances < 0.25 * min(box.width, box.height)).any())


def _to_candidates(face: Detection) -> Candidates:
    box = face.box
    corners = [[box.x, box.y, box.x + box.width, box.y + box.height]]
    return Candidates(
        np.array(corners, np.float32),
        np.array([face.score], np.float32),
        np.array([face.landmarks], np.float32),
    )


def _search_all(ways: Ways, pictures: Sequence[Picture]) -> dict[str, Found]:
    figures = {}
    for name, way in ways.items():
        started = process_time()
        found = [way(picture) for picture in pictures]
        seconds = process_time() - started
        figures[name] = Found(
            sum(len(one.faces) for one in found),
            sum(one.dropped.too_unsure for one in found),
            round(1000 * seconds / len(pictures), 2),
        )
    return figures


def _report(
    out: Path,
    machine: dict[str, object],
    faces: int,
    scenes: dict[tuple[int, int], dict[str, DetectionScore]],
    turned: dict[str, Turned],
    hard: dict[str, HardFaces],
    folders: dict[str, list[Picture]],
    found: dict[str, dict[str, Found]],
) -> None:
    figures = {
        **machine,
        "labeled_faces": faces,
        "scenes": {
            f"{low} to {high}": {name: asdict(score) for name, score in scores.items()}
            for (low, high), scores in scenes.items()
        },
        "hard": {kind: asdict(one) for kind, one in hard.items()},
        "turned": {name: asdict(one) for name, one in turned.items()},
        "pictures": {
            kind: {"pictures": len(folders[kind]), "ways": {name: asdict(by[name]) for name in by}}
            for kind, by in found.items()
        },
    }
    program.write_figures(out, "detection", figures)
    _say_found(faces, scenes, turned, hard)
    _say_pictures(folders, found)


def _say_found(
    faces: int,
    scenes: dict[tuple[int, int], dict[str, DetectionScore]],
    turned: dict[str, Turned],
    hard: dict[str, HardFaces],
) -> None:
    for (low, high), scores in scenes.items():
        program.say(f"{faces} faces, in scenes at {low} to {high} pixels:")
        for name, score in scores.items():
            program.say(f"  {name:18} {_describe(score)}")
    program.say("in pictures that lie:")
    for name, one in turned.items():
        program.say(f"  {name:18} found {one.found:.1%}, read upright {one.upright:.1%}")
    for kind, some in hard.items():
        program.say(f"{some.faces} faces {kind}, {some.mouth_hidden} without a mouth, found:")
        for name, count in some.in_pictures.items():
            program.say(f"  {name:18} {count} in their pictures, {some.in_scenes[name]} in scenes")


def _say_pictures(folders: dict[str, list[Picture]], found: dict[str, dict[str, Found]]) -> None:
    for kind, by in found.items():
        program.say(f"{len(folders[kind])} {kind}:")
        for name, figure in by.items():
            program.say(
                f"  {name:18} {figure.faces:6} faces, {figure.too_unsure} too unsure, "
                f"{figure.milliseconds_per_picture:.1f} ms a picture"
            )


def _describe(score: DetectionScore) -> str:
    parts = {
        "recall": score.recall,
        "precision": score.precision,
        "average precision": score.average_precision,
        "false a picture": score.false_per_picture,
    }
    return ", ".join(
        f"{name} {one.value:.3f} ({one.low:.3f} to {one.high:.3f})"
        for name, one in parts.items()
        if one is not None
    )


if __name__ == "__main__":
    main()
