"""The embedded stack of `facetally serve`, up to be measured on a folder of files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

import psutil

from cli.exits import CommandFailed
from cli.speed.rounds import Round
from cli.stack.stack import StackOptions, run_stack
from facetally import Client, Item, Submission
from worker.settings import Settings

# Seldom: answering costs a core, too. The end is when the database says it was.
POLL_SECONDS = 0.5


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


def analyze_all(client: Client, paths: Sequence[Path]) -> Round:
    """From sending the job to the end that it reports."""
    started = datetime.now(UTC)
    items = (Item(path.as_uri(), path.name) for path in paths)
    job = client.submit_items(items, Submission())
    while (finished := job.timestamps.finished) is None:
        sleep(POLL_SECONDS)
        job = job.refresh()
    if job.counts.done != len(paths) or job.counts.duplicates:
        raise CommandFailed(
            f"Only {job.counts.done} of {len(paths)} photos were analyzed, {job.counts.duplicates} "
            "of them as duplicates: nothing was measured. Choose readable photos that all differ."
        )
    return Round((finished - started).total_seconds(), len(paths), job.counts.faces)
