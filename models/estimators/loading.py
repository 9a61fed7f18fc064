"""Opens the estimators of a pack."""

from pathlib import Path

from models.estimators.estimator import Estimator
from models.estimators.panel import Panel
from models.graphs.graph import AUTO
from models.graphs.opening import load_graph
from models.packs.files import locate_file
from models.packs.pack import Pack


def load_panel(weights_dir: Path, pack: Pack, *, provider: str = AUTO, threads: int = 1) -> Panel:
    """Open every estimator of `pack` on `provider` (auto, cpu, cuda) with `threads` CPU threads.

    Raises ModelUnavailable if a file is missing or altered, or the provider is not there.
    """
    estimators = []
    for part in pack.estimators:
        paths = [locate_file(pack, file, weights_dir) for file in part.files]
        estimators.append(Estimator(part, load_graph(paths, provider, threads)))
    return Panel(estimators, pack.vote)
