"""What a face costs a pack, measured in this process on one core."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from time import process_time

from cli.evaluation.pictures import decode_file
from models.graphs.device import Device
from models.graphs.graph import CPU
from models.nets.analyzer import AlignedFace, Analyzer, load_analyzer
from models.packs.pack import Pack
from worker.settings import Settings

FACES = 64
ROUNDS = 3
# Pictures without a face are passed over, but not for ever.
MOST_PICTURES = 256


def time_faces(settings: Settings, pack: Pack, paths: Sequence[Path]) -> float | None:
    """The milliseconds of processor time that a face takes from its chips to its age and gender.

    The median of three rounds over the first 64 faces of the pictures; None if they have none.
    """
    analyzer = load_analyzer(settings.weights_dir, pack, device=Device(CPU))
    faces = list(islice(_find_faces(analyzer, paths[:MOST_PICTURES], settings), FACES))
    if not faces:
        return None
    analyzer.estimate(faces)
    seconds = median(_time(analyzer, faces) for _ in range(ROUNDS))
    return round(1000 * seconds / len(faces), 2)


def _find_faces(
    analyzer: Analyzer, paths: Sequence[Path], settings: Settings
) -> Iterator[AlignedFace]:
    for path in paths:
        picture = decode_file(settings, path)
        if picture is None:
            continue
        [found] = analyzer.detect([picture])
        yield from found.faces


def _time(analyzer: Analyzer, faces: Sequence[AlignedFace]) -> float:
    start = process_time()
    analyzer.estimate(faces)
    return process_time() - start
