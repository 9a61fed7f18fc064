"""How well faces are linked to people, on labeled pictures with a `subject`: how often two faces of
one person are alike, and whether the people of made jobs are counted as exactly as is said.

The thresholds were chosen on the people with an even number, in the order of their names; those
with an odd one are held out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import program
from benchmarks.settings import read_cpu_settings
from cli.evaluation.loading import load_labels
from cli.evaluation.pictures import decode_file
from models.graphs.device import Device
from models.graphs.graph import CPU
from models.labels import LabelRow
from models.nets.analyzer import AlignedFaces, load_analyzer
from models.packs.shipped_packs import read_shipped
from models.people.embedder import add_portraits, load_embedder
from models.people.linking import Floats, choose_thresholds, link_faces, normalize
from models.prominence import find_most_prominent
from worker.settings import Settings

SEED = 17
COSINES = (0.30, 0.35, 0.40, 0.45, 0.50)
# Heads that are turned further than this.
TURNED_DEGREES = 25.0
PEOPLE, MOST_PICTURES = (20, 50, 100, 200), 8


@dataclass(frozen=True, slots=True)
class LabeledFaces:
    """Faces with the number of their person, and whether their heads are turned."""

    embeddings: Floats
    people: NDArray[np.int64]
    is_turned: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Alike:
    """Of pairs of faces, the share that reaches a cosine: of one person, of one person with a head
    that is turned, and of two people."""

    cosine: float
    same: float
    turned: float
    others: float


@dataclass(frozen=True, slots=True)
class Counted:
    """Made jobs of `people`, each in one to eight pictures, or in at least two: how many were
    counted for each, how far off that was on average, how often the range held the truth, and how
    wide it was for each."""

    people: int
    least_pictures: int
    faces: int
    ratio: float
    off: float
    held: float
    width: float


def main() -> None:
    parser = program.make_parser(__doc__)
    parser.add_argument("labels", type=Path, help="a table with path and subject")
    parser.add_argument("--jobs", type=int, default=30, help="made jobs of each kind")
    arguments = parser.parse_args()
    program.exit_on_sigterm()
    faces = embed_faces(load_labels(arguments.labels), read_cpu_settings())
    pairs = [asdict(one) for one in measure_pairs(faces)]
    chosen, held_out = (
        [asdict(one) for one in measure_counts(faces, half, arguments.jobs)] for half in (0, 1)
    )
    figures = {"faces": len(faces.people), "people": len(np.unique(faces.people)), "pairs": pairs}
    figures |= {"chosen": chosen, "held_out": held_out}
    for title, rows in (("pairs", pairs), ("chosen on", chosen), ("held out", held_out)):
        for row in rows:
            program.say(f"{title}: {', '.join(f'{name} {one:.4g}' for name, one in row.items())}")
    program.write_figures(arguments.out, "people", figures)


def embed_faces(rows: Sequence[LabelRow], settings: Settings) -> LabeledFaces:
    """The most prominent face of every picture, if it is judged."""
    found = list(_embed(rows, settings))
    _, people = np.unique([subject for subject, _, _ in found], return_inverse=True)
    return LabeledFaces(
        normalize(np.stack([embedding for _, embedding, _ in found])),
        people,
        np.array([abs(yaw) > TURNED_DEGREES for _, _, yaw in found]),
    )


def _embed(
    rows: Sequence[LabelRow], settings: Settings
) -> Iterator[tuple[str, NDArray[np.int8], float]]:
    device = Device(CPU)
    analyzer = load_analyzer(settings.weights_dir, read_shipped(), device=device)
    embedder = load_embedder(settings.weights_dir, device)
    for row in rows:
        picture = decode_file(settings, row.path) if row.path else None
        if picture is None:
            continue
        [found] = analyzer.detect([picture])
        boxes = [face.detection.box for face in found.faces]
        chosen = find_most_prominent(boxes, picture.width_pixels, picture.height_pixels)
        if chosen is None:
            continue
        one = AlignedFaces([found.faces[chosen]])
        [face] = add_portraits(picture, one, settings.quality_min).faces
        if face.portrait is not None:
            [embedding] = embedder.embed([face.portrait])
            yield row.subject, np.frombuffer(embedding, np.int8), face.quality.pose.yaw


def measure_pairs(faces: LabeledFaces) -> Iterator[Alike]:
    firsts, seconds = np.triu_indices(len(faces.people), k=1)
    cosines = (faces.embeddings @ faces.embeddings.T)[firsts, seconds]
    is_same = faces.people[firsts] == faces.people[seconds]
    is_turned = is_same & (faces.is_turned[firsts] | faces.is_turned[seconds])
    for least in COSINES:
        shares = (float((cosines[one] >= least).mean()) for one in (is_same, is_turned, ~is_same))
        yield Alike(least, *shares)


def measure_counts(faces: LabeledFaces, half: int, jobs: int) -> Iterator[Counted]:
    random = np.random.default_rng(SEED)
    numbers = np.flatnonzero(np.arange(faces.people.max() + 1) % 2 == half)
    pictures = {number: np.flatnonzero(faces.people == number) for number in numbers.tolist()}
    for least in (1, 2):
        pool = [number for number, own in pictures.items() if len(own) >= least]
        for people in PEOPLE:
            if people <= len(pool):
                made = [_make_job(random, pool, pictures, people, least) for _ in range(jobs)]
                yield _count(faces, made, people, least)


def _make_job(
    random: np.random.Generator,
    pool: Sequence[int],
    pictures: dict[int, NDArray[np.int64]],
    people: int,
    least: int,
) -> NDArray[np.int64]:
    """Which faces are in it."""
    chosen = random.permutation(pool)[:people].tolist()
    return np.concatenate(
        [
            random.permutation(pictures[number])[: random.integers(least, MOST_PICTURES + 1)]
            for number in chosen
        ]
    )


def _count(
    faces: LabeledFaces, jobs: Sequence[NDArray[np.int64]], people: int, least: int
) -> Counted:
    counts = np.array([_link(faces.embeddings[job]) for job in jobs])
    low, likely, high = counts.T / people
    return Counted(
        people,
        least,
        round(float(np.mean([len(job) for job in jobs]))),
        float(likely.mean()),
        float(np.abs(likely - 1).mean()),
        float(((low <= 1) & (high >= 1)).mean()),
        float((high - low).mean()),
    )


def _link(embeddings: Floats) -> tuple[int, int, int]:
    found = link_faces(embeddings, range(len(embeddings)), choose_thresholds(len(embeddings)))
    low, likely, high = (
        len(np.unique(labels)) for labels in (found.loose, found.likely, found.strict)
    )
    return low, likely, high


if __name__ == "__main__":
    main()
