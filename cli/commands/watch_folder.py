"""`facetally watch-folder`: submits what is new in a folder."""

from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import Any

import click

from cli.exits import ExitStatus
from cli.options.jobs import takes_job_options
from cli.options.shared import takes_server
from cli.output.counting import count_noun
from cli.terminal import tell
from cli.uploads.seen import SeenFiles
from cli.uploads.watching import FolderWatch
from facetally import Client, Options, Submission
from models.folder_names import FolderNames

STATE_FOLDER = Path("~/.local/state/facetally/watched")


@click.command()
@click.argument(
    "folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
)
@takes_job_options
@click.option(
    "--every",
    "every_seconds",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to look; a file is taken once it stays the same for so long.",
)
@click.option("--once", is_flag=True, help="Submit what is new since the last time, and end.")
@click.option("--again", is_flag=True, help="Begin with all files, also those submitted before.")
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    show_default="one for each folder and server",
    help="Where to note what was submitted.",
)
@takes_server
def watch_folder(
    client: Client,
    folder: Path,
    tags: tuple[str, ...],
    dimensions: dict[str, str],
    every_seconds: float,
    once: bool,
    again: bool,
    state: Path | None,
    **options: Any,
) -> ExitStatus:
    """Submit what is new in a folder.

    Each file is submitted once, also across restarts; one that has changed is submitted again. What
    is new at one look is one job, whose number is printed.

    \b
    Example: facetally watch-folder /data/cameras --folders-as store,camera
             facetally watch-folder /data/cameras --once
    """
    submission = Submission(tags, Options(**options), dimensions)
    if submission.options.folders_as is not None:
        _check_clash(submission.options.folders_as, dimensions)
    with SeenFiles.open(state or _choose_state(folder, client.url)) as seen:
        if again:
            seen.forget()
        watch = FolderWatch(client, folder, submission, seen)
        # The first look only notes how files are.
        looks = 2 if once else None
        while looks is None or looks > 0:
            for job in watch.look():
                tell(f"job {job.id}: {count_noun(job.counts.items, 'items')} submitted")
                click.echo(job.id)
            looks = None if looks is None else looks - 1
            if looks != 0:
                sleep(every_seconds)
    return ExitStatus.DONE


def _choose_state(folder: Path, url: str) -> Path:
    name = sha256(f"{url}\0{folder}".encode(errors="surrogateescape")).hexdigest()[:32]
    return STATE_FOLDER.expanduser() / f"{name}.sqlite3"


def _check_clash(folders_as: str, dimensions: dict[str, str]) -> None:
    try:
        FolderNames.parse(folders_as).check_clash(dimensions)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
