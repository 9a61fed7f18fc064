"""`facetally run`: pictures and videos in, a folder of results out, and nothing left running."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import click

from cli.commands.job_options import takes_job_options
from cli.exits import ExitStatus, status_of
from cli.output.downloads import REPORT, download_job
from cli.output.progress import watch_job
from cli.output.tables import describe_basis
from cli.server import open_client
from cli.stack.own import EARLY_EXITS_ALLOWED, make_own_settings
from cli.stack.stack import Stack, StackOptions, run_stack
from cli.terminal import tell
from cli.uploads.files import find_pictures, require_pictures
from cli.uploads.uploading import upload_files
from facetally import Audience, Client, Item, Job, Options, Submission
from facetally.files import FoundFiles, LocalFile

DATA = ".facetally"
# The number of the job whose results were written last.
WRITTEN = "written-job"

takes_out = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    required=True,
    help="Folder for the results; it is created if needed.",
)


@click.command()
@click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@takes_out
@takes_job_options
def run(paths: tuple[Path, ...], out: Path, tags: tuple[str, ...], **options: Any) -> ExitStatus:
    """Analyze photos and videos on this machine.

    PATHs are photos, videos, folders and archives. Results, thumbnails and a report are written to
    DIR. If interrupted, run the same command again to resume.

    \b
    Example: facetally run photos/ --out results/
             facetally run clip.mp4 --out results/ --annotated-video
    """
    status, _ = analyze(paths, out, tags, Options(**options))
    return status


def analyze(
    paths: Sequence[Path], out: Path, tags: Sequence[str], options: Options
) -> tuple[ExitStatus, Audience]:
    """Everything that `run` does, and the demo as well."""
    out.mkdir(parents=True, exist_ok=True)
    found = find_pictures(paths, out)
    require_pictures(found)
    api_key = token_urlsafe(24)
    settings = make_own_settings(out / DATA, _find_roots(paths), api_key, options.pack)
    # Another pack makes another job, also where the environment chooses it.
    options = replace(options, pack=settings.pack)
    fingerprint = make_fingerprint(found.files, options)
    submission = Submission((*tags, fingerprint), options)
    stack_options = StackOptions(
        settings,
        interactive=False,
        logs_in_files=True,
        early_exits_allowed=EARLY_EXITS_ALLOWED,
    )
    try:
        with run_stack(stack_options) as stack, open_client(stack.url, api_key) as client:
            return _work(client, stack, found, submission, out)
    except (KeyboardInterrupt, SystemExit):
        tell("Stopped. To resume, run the same command again.")
        raise


def _find_roots(paths: Sequence[Path]) -> list[Path]:
    real = (path.resolve() for path in paths)
    return list(dict.fromkeys(path if path.is_dir() else path.parent for path in real))


def _work(
    client: Client, stack: Stack, found: FoundFiles, submission: Submission, out: Path
) -> tuple[ExitStatus, Audience]:
    written = out / DATA / WRITTEN
    complete = not found.unreadable
    job = _find_unfinished(client, submission.tags[-1], written)
    if job is None:
        job, all_sent = _submit(client, found.files, submission)
        complete = complete and all_sent
    else:
        tell(f"Resuming job {job.id}.")
    job = watch_job(job, stack.check)
    downloads = download_job(client, job, out)
    written.write_text(str(job.id))
    for name, warning in downloads.warnings:
        tell(f"{name}: {warning}")
    tell(f"{describe_basis(downloads.audience, downloads.people)}. The report is {out / REPORT}.")
    status = status_of(job.state) if complete else ExitStatus.INCOMPLETE
    return status, downloads.audience


def make_fingerprint(files: Sequence[LocalFile], options: Options) -> str:
    """A tag that is the same for the same files with the same options."""
    paths = sha256(json.dumps(asdict(options)).encode() + b"\0")
    for path in sorted(os.fsencode(file.path) for file in files):
        paths.update(path + b"\0")
    return f"run:{paths.hexdigest()[:32]}"


def _find_unfinished(client: Client, fingerprint: str, written: Path) -> Job | None:
    """The last job of these files, if it was stopped before its results were written."""
    last_written = written.read_text() if written.exists() else ""
    for job in client.jobs():
        if job.state == "draft":
            # Its submission was cut off, and is sent again as a whole.
            job.cancel()
        elif fingerprint in job.tags:
            return job if _is_unfinished(job, last_written) else None
    return None


def _is_unfinished(job: Job, last_written: str) -> bool:
    if job.state in ("cancelling", "cancelled"):
        return False
    return job.is_live or str(job.id) != last_written


def _submit(client: Client, files: Sequence[LocalFile], submission: Submission) -> tuple[Job, bool]:
    # The API opens archives. It is then sent every file, so that they become one job.
    if any(file.is_archive for file in files):
        return upload_files(client, files, submission)
    return client.submit_items((Item(file.uri, file.name) for file in files), submission), True
