"""Opens the estimators of a pack."""

from pathlib import Path

from models.estimators.estimator import Estimator
from models.estimators.panel import Panel
from models.graphs.device import Device, InputShapes
from models.graphs.opening import load_graph
from models.packs.files import locate_file
from models.packs.pack import Pack
from models.packs.parts import LARGEST_BATCH, EstimatorPart


def load_panel(weights_dir: Path, pack: Pack, device: Device | None = None) -> Panel:
    """Open every estimator of `pack` on `device`.

    Raises ModelUnavailable if a file is missing or altered, or the device is not there.
    """
    estimators = []
    for part in pack.estimators:
        paths = [locate_file(pack, file, weights_dir) for file in part.files]
        estimators.append(Estimator(part, load_graph(paths, device, _list_shapes(part))))
    return Panel(estimators, pack.vote)


def _list_shapes(part: EstimatorPart) -> InputShapes:
    size = (part.crop.side, part.crop.side)
    return InputShapes(smallest=size, largest=size, usual=(size,), most=LARGEST_BATCH)
