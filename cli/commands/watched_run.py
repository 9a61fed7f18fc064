"""`facetally run --watch`: analyzes what is new in folders, one job and one folder of results for
each look."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from cli.exits import ExitStatus, status_of
from cli.options.watching import Rhythm
from cli.output.counting import count_noun
from cli.output.downloads import download_job
from cli.output.progress import watch_job
from cli.output.tables import describe_basis
from cli.stack.delivery import wait_delivered
from cli.stack.own import DATA
from cli.stack.stack import Stack
from cli.terminal import tell
from cli.uploads.seen import SeenFiles
from cli.uploads.watched_folders import WatchedFolders
from cli.uploads.watching import Watch
from facetally import Client, Job, Submission

# What marks the jobs of a watch, whose results have folders of their own.
TAG = "run:watch"
SEEN = "watched.sqlite3"


def check_watched(paths: Sequence[Path], out: Path) -> None:
    """Raises a usage error for what is no folder, and where results would be taken for photos."""
    for path in paths:
        if not path.is_dir():
            raise click.UsageError(f"Only folders are watched, and {path} is none.")
        if path.resolve() == out.resolve():
            raise click.UsageError(f"Results can't be in {out} itself: choose a folder in it.")


def watch_paths(
    client: Client,
    stack: Stack,
    paths: Sequence[Path],
    out: Path,
    submission: Submission,
    rhythm: Rhythm,
) -> ExitStatus:
    """Look until the command is stopped, or as often as it takes to see everything once."""
    worst = ExitStatus.DONE
    with SeenFiles.open(out / DATA / SEEN) as seen:
        if rhythm.again:
            seen.forget()
        place = WatchedFolders(paths, submission, client.limits, out, by_address=True)
        watch = Watch(client, place, submission, seen)
        # The first look only notes how files are.
        looks = 2 if rhythm.once else None
        while looks != 0:
            for job in watch.look():
                tell(f"job {job.id}: {count_noun(job.counts.items, 'items')} new")
            for job in list(_find_unwritten(client, out)):
                worst = max(worst, _finish(client, stack, job, out))
            looks = None if looks is None else looks - 1
            if looks != 0:
                stack.wait(rhythm.every_seconds)
                stack.check()
    return worst


def _find_unwritten(client: Client, out: Path) -> Iterator[Job]:
    """Jobs that were started, also by an earlier command, and whose results are not there yet."""
    for job in client.jobs(tag=TAG):
        if job.state != "draft" and not _folder_of(job, out).exists():
            yield job


def _folder_of(job: Job, out: Path) -> Path:
    return out / f"job-{job.id}"


def _finish(client: Client, stack: Stack, job: Job, out: Path) -> ExitStatus:
    """Wait for a job, and write its results: its folder is there once all of them are."""
    job = wait_delivered(watch_job(job, stack.check), stack)
    part = out / DATA / f"job-{job.id}"
    shutil.rmtree(part, ignore_errors=True)
    downloads = download_job(client, job, part)
    part.rename(_folder_of(job, out))
    tell(f"{describe_basis(downloads.audience, downloads.people)}: {_folder_of(job, out)}")
    return status_of(job.state)
