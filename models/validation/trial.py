"""Tries a pack, as a program that validation.py starts: `python -m models.validation.trial`.

Its last line on the standard output is a JSON list of faults. What a damaged or hostile file may do
to a runtime happens here, within the bounds of this process.
"""

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from models.errors import InvalidPack, ModelUnavailable
from models.graphs.device import Device
from models.graphs.graph import CPU
from models.graphs.opening import load_graph
from models.nets.analyzer import load_analyzer
from models.packs.files import locate_file
from models.packs.pack import Pack
from models.packs.parts import EstimatorPart
from models.packs.reading import read_pack
from models.validation.checks import check_estimator
from models.validation.faces import make_picture, read_samples

# A copy of a crashed process would be written to the disk of the operator.
NO_CORE = (0, 0)


def main() -> None:
    folder, weights_dir, memory_bytes = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    # Systems without such a limit have only that of time.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, NO_CORE)
    sys.stdout.write("\n" + json.dumps(list(find_faults(folder, weights_dir))) + "\n")


def find_faults(folder: Path, weights_dir: Path) -> Iterator[str]:
    """Everything that is wrong with the pack in `folder`, as sentences."""
    try:
        pack = read_pack(folder)
    except InvalidPack as error:
        yield from error.faults
        return
    faults = list(_check_files(pack, weights_dir))
    if not faults:
        faults = [
            f"estimator {part.name}: {fault}"
            for part in pack.estimators
            for fault in _try_estimator(pack, part, weights_dir)
        ]
    yield from faults or _try_whole(pack, weights_dir)


def _check_files(pack: Pack, weights_dir: Path) -> Iterator[str]:
    for file in pack.files:
        try:
            locate_file(pack, file, weights_dir)
        except ModelUnavailable as error:
            yield str(error)


def _try_estimator(pack: Pack, part: EstimatorPart, weights_dir: Path) -> Iterator[str]:
    paths = [locate_file(pack, file, weights_dir) for file in part.files]
    try:
        graph = load_graph(paths, Device(CPU))
    except ModelUnavailable as error:
        yield str(error)
        return
    yield from check_estimator(part, graph)


def _try_whole(pack: Pack, weights_dir: Path) -> Iterator[str]:
    """Run the pack as a worker does: on a picture without a face, and on the samples."""
    try:
        analyzer = load_analyzer(weights_dir, pack, device=Device(CPU))
        analyzer.detect([make_picture()])
        samples = list(read_samples(weights_dir))
        found = [face for one in analyzer.detect(samples) for face in one.faces]
        analyzer.estimate(found)
    except ModelUnavailable as error:
        yield str(error)
    # Runtimes raise undocumented classes of their own.
    except Exception as error:  # noqa: BLE001
        yield f"it does not run on a picture: {type(error).__name__}: {error}"
    else:
        if samples and not found:
            yield f"detector: it finds no face in {len(samples)} sample pictures"


if __name__ == "__main__":
    main()
