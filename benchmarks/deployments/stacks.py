"""The embedded stack of `facetally serve`, up for a benchmark on a folder of files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from cli.stack.stack import StackOptions, run_stack
from facetally import Client
from worker.settings import Settings


@contextmanager
def run_own_stack(
    settings: Settings, data: Path, files: Path, slots: int | None = None, database_url: str = ""
) -> Iterator[Client]:
    """Up on entry, down on exit, with its database in `data`; it may read the files in `files`.

    A `database_url` names another database than SQLite.
    """
    changes: dict[str, object] = {
        "data_dir": data,
        "port": 0,
        "file_roots": (files.resolve(),),
        "database_url": database_url,
        "store_url": "",
    }
    if slots is not None:
        changes["workers"] = slots
    own = settings.model_copy(update=changes).complete()
    options = StackOptions(own, interactive=False, logs_in_files=True, early_exits_allowed=0)
    with run_stack(options) as stack, Client(stack.url) as client:
        yield client


@contextmanager
def run_watched_stack(
    settings: Settings, data: Path, files: Path, slots: int | None = None
) -> Iterator[tuple[Client, list[psutil.Process]]]:
    """The same, with the processes that were started for it."""
    before = set(psutil.Process().children())
    with run_own_stack(settings, data, files, slots) as client:
        yield client, [one for one in psutil.Process().children() if one not in before]
