"""`facetally watch-folder`: submits what is new in a folder or a bucket."""

from hashlib import sha256
from pathlib import Path
from time import sleep
from typing import Any

import click

from cli.exits import ExitStatus
from cli.options.jobs import takes_job_options
from cli.options.shared import takes_server
from cli.options.watching import Rhythm, takes_rhythm
from cli.output.counting import count_noun
from cli.terminal import tell
from cli.uploads.seen import SeenFiles
from cli.uploads.watched_bucket import WatchedBucket
from cli.uploads.watched_folders import WatchedFolders
from cli.uploads.watching import Place, Watch
from facetally import Client, Options, Submission
from facetally.items import URI
from models.folder_names import FolderNames

STATE_FOLDER = Path("~/.local/state/facetally/watched")


@click.command()
@click.argument("source", metavar="DIR|URI")
@takes_job_options
@takes_rhythm
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
    source: str,
    tags: tuple[str, ...],
    dimensions: dict[str, str],
    every_seconds: float,
    once: bool,
    again: bool,
    state: Path | None,
    **options: Any,
) -> ExitStatus:
    """Submit what is new in a folder or a bucket.

    Each file is submitted once, also across restarts; one that has changed is submitted again. What
    is new at one look is one job, whose number is printed. Files of a folder are uploaded. A bucket
    is listed with the credentials of this machine, and read by the workers.

    \b
    Example: facetally watch-folder /data/cameras --folders-as store,camera
             facetally watch-folder /data/cameras --once
             facetally watch-folder s3://cameras/2026/ --every 60
    """
    submission = Submission(tags, Options(**options), dimensions)
    if submission.options.folders_as is not None:
        _check_clash(submission.options.folders_as, dimensions)
    place, where, looks = _find_place(client, source, submission)
    with SeenFiles.open(state or _choose_state(where, client.url)) as seen:
        watch = Watch(client, place, submission, seen)
        _look(watch, seen, Rhythm(every_seconds, once, again), looks)
    return ExitStatus.DONE


def _find_place(client: Client, source: str, submission: Submission) -> tuple[Place, str, int]:
    """The place, its name, and how many looks it takes to see everything."""
    if URI.match(source):
        return WatchedBucket(source, submission), source, 1
    folder = Path(source).resolve()
    if not folder.is_dir():
        raise click.BadParameter(f"there is no folder {source!r}", param_hint="DIR")
    # The first look only notes how files are.
    return WatchedFolders([folder], submission, client.limits), str(folder), 2


def _look(watch: Watch, seen: SeenFiles, rhythm: Rhythm, looks_once: int) -> None:
    if rhythm.again:
        seen.forget()
    looks = looks_once if rhythm.once else None
    while looks != 0:
        for job in watch.look():
            tell(f"job {job.id}: {count_noun(job.counts.items, 'items')} submitted")
            click.echo(job.id)
        looks = None if looks is None else looks - 1
        if looks != 0:
            sleep(rhythm.every_seconds)


def _choose_state(where: str, url: str) -> Path:
    name = sha256(f"{url}\0{where}".encode(errors="surrogateescape")).hexdigest()[:32]
    return STATE_FOLDER.expanduser() / f"{name}.sqlite3"


def _check_clash(folders_as: str, dimensions: dict[str, str]) -> None:
    try:
        FolderNames.parse(folders_as).check_clash(dimensions)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
