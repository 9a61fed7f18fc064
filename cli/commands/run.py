"""`facetally run`: pictures and videos in, a folder of results out, and nothing left running."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from hashlib import sha256
from itertools import chain
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import click

from cli.commands.watched_run import TAG, check_watched, watch_paths
from cli.exits import CommandFailed, ExitStatus, status_of
from cli.options.jobs import takes_job_options
from cli.options.watching import Rhythm, takes_rhythm
from cli.output.answers import describe_answer, list_failures
from cli.output.downloads import REPORT, download_job, read_results
from cli.output.progress import watch_job
from cli.output.tables import describe_basis
from cli.server import open_client
from cli.stack.delivery import wait_delivered
from cli.stack.own import DATA, EARLY_EXITS_ALLOWED, make_own_settings
from cli.stack.stack import Stack, StackOptions, run_stack
from cli.terminal import tell
from cli.uploads.files import find_pictures, require_pictures
from cli.uploads.folders import check_folders
from cli.uploads.manifests import Listed, is_manifest, read_manifests
from cli.uploads.uploading import upload_files
from facetally import Audience, Client, Item, Job, Options, Submission
from facetally.local_files.files import LocalFile
from models.errors import ModelUnavailable
from models.weights.catalog import EMBEDDER
from models.weights.folder import require_file
from worker.settings import Settings

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
@click.option("--watch", is_flag=True, help="Analyze what is new in folders, as it appears.")
@takes_rhythm
def run(
    paths: tuple[Path, ...],
    out: Path,
    tags: tuple[str, ...],
    dimensions: dict[str, str],
    watch: bool,
    every_seconds: float,
    once: bool,
    again: bool,
    **options: Any,
) -> ExitStatus:
    """Analyze photos and videos on this machine.

    PATHs are photos, videos, folders and archives, or lists of them: a .csv with a column path or
    uri (optional: name, captured_at; any other column is a dimension), or an .ndjson. Results,
    thumbnails and a report are written to DIR. If interrupted, run the same command again to
    resume.

    With --watch, PATHs are folders. What is new in them at each look is a job, and its results are
    a folder of their own in DIR. Each file is analyzed once, also across restarts.

    \b
    Example: facetally run photos/ --out results/
             facetally run clip.mp4 --out results/ --annotated-video
             facetally run list.csv --out results/ --dimension campaign=spring
             facetally run photos/ --out results/ --folders-as store,camera
             facetally run photos/ --out results/ --watch
    """
    submission = Submission(tags, Options(**options), dimensions)
    if watch:
        return _watch(paths, out, submission, Rhythm(every_seconds, once, again))
    if once or again:
        raise click.UsageError("--once and --again belong to --watch.")
    return analyze(paths, out, submission)[0]


def _watch(paths: Sequence[Path], out: Path, submission: Submission, rhythm: Rhythm) -> ExitStatus:
    check_watched(paths, out)
    out.mkdir(parents=True, exist_ok=True)
    submission = replace(submission, tags=(*submission.tags, TAG))
    with _run_own_stack(out, submission.options) as (stack, client, _):
        return watch_paths(client, stack, paths, out, submission, rhythm)


def analyze(
    paths: Sequence[Path], out: Path, submission: Submission
) -> tuple[ExitStatus, Audience]:
    """Everything that `run` does, and the demo as well."""
    out.mkdir(parents=True, exist_ok=True)
    listed, complete = _find_all(paths, out)
    check_folders(listed.files, submission.dimensions, submission.options.folders_as)
    with _run_own_stack(out, submission.options) as (stack, client, pack):
        # Another pack makes another job, also where the environment chooses it.
        options = replace(submission.options, pack=pack)
        submission = replace(submission, options=options)
        fingerprint = make_fingerprint(listed, submission)
        submission = replace(submission, tags=(*submission.tags, fingerprint))
        status, audience = _work(client, stack, listed, submission, out)
        return (status if complete else ExitStatus.INCOMPLETE), audience


@contextmanager
def _run_own_stack(out: Path, options: Options) -> Iterator[tuple[Stack, Client, str]]:
    """The stack, its client, and the pack that it analyzes with."""
    api_key = token_urlsafe(24)
    settings = make_own_settings(out / DATA, api_key, options.pack, people=bool(options.people))
    stack_options = StackOptions(
        settings,
        interactive=False,
        logs_in_files=True,
        early_exits_allowed=EARLY_EXITS_ALLOWED,
    )
    if options.people:
        _require_embedder(settings)
    tell("Starting…")
    try:
        with run_stack(stack_options) as stack, open_client(stack.url, api_key) as client:
            yield stack, client, settings.pack
    except (KeyboardInterrupt, SystemExit):
        tell("Stopped. To resume, run the same command again.")
        raise


def _require_embedder(settings: Settings) -> None:
    try:
        require_file(settings.weights_dir, EMBEDDER)
    except ModelUnavailable as error:
        advice = "Run `facetally weights fetch --people`."
        raise CommandFailed(
            f"{EMBEDDER.name}, which links people, is not ready. {advice}"
        ) from error


def _find_all(paths: Sequence[Path], out: Path) -> tuple[Listed, bool]:
    """What is under the paths, and in lists among them; and whether every folder could be read."""
    lists = [path for path in paths if path.is_file() and is_manifest(path)]
    listed = read_manifests(lists)
    others = [path for path in paths if path not in lists]
    if not others:
        return listed, True
    found = find_pictures(others, out)
    require_pictures(found)
    return Listed([*found.files, *listed.files], listed.items), not found.unreadable


def _work(
    client: Client, stack: Stack, listed: Listed, submission: Submission, out: Path
) -> tuple[ExitStatus, Audience]:
    written, complete = out / DATA / WRITTEN, True
    job = _find_unfinished(client, submission.tags[-1], written)
    if job is None:
        job, complete = _submit(client, listed, submission)
    else:
        tell(f"Resuming job {job.id}.")
        if job.is_known:
            job = job.resume()
    job = wait_delivered(watch_job(job, stack.check), stack)
    downloads = download_job(client, job, out)
    written.write_text(str(job.id))
    for name, warning in downloads.warnings:
        tell(f"{name}: {warning}")
    if job.linked_people is not None and job.linked_people.error is not None:
        tell(job.linked_people.error)
    for line in list_failures(read_results(out), job.counts.failed) if job.counts.failed else ():
        tell(line)
    tell(f"{describe_basis(downloads.audience, downloads.people)}.")
    if answer := describe_answer(downloads.audience):
        tell(answer)
    tell(f"The report is {out / REPORT}.")
    status = status_of(job.state, is_known=job.is_known) if complete else ExitStatus.INCOMPLETE
    return status, downloads.audience


def make_fingerprint(listed: Listed, submission: Submission) -> str:
    """A tag that is the same for the same files with the same options, times and dimensions."""
    shared = [asdict(submission.options), dict(submission.dimensions)]
    digest = sha256(json.dumps(shared).encode() + b"\0")
    for path in sorted(_spell(file) for file in listed.files):
        digest.update(path + b"\0")
    for item in listed.items:
        digest.update(json.dumps(item.to_json({})).encode() + b"\0")
    return f"run:{digest.hexdigest()[:32]}"


def _spell(file: LocalFile) -> bytes:
    said = f"{file.captured_at} {sorted(file.dimensions.items())}"
    return os.fsencode(file.path) + b"\0" + said.encode(errors="replace")


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


def _submit(client: Client, listed: Listed, submission: Submission) -> tuple[Job, bool]:
    # The API opens archives. It is then sent every file, so that they become one job.
    if any(file.is_archive for file in listed.files):
        return upload_files(client, listed.files, submission, listed.items)
    local = (Item(file.uri, file.name, file.captured_at, file.dimensions) for file in listed.files)
    return client.submit_items(chain(local, listed.items), submission), True
