"""`facetally run`: a folder of pictures in, a folder of results out, and nothing left running."""

import json
import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import click

from api.schemas.items import ItemBody
from api.schemas.jobs import JobOut
from cli.client import Client
from cli.exits import ExitStatus, status_of
from cli.output.downloads import REPORT, write_job_files
from cli.output.progress import watch_job
from cli.output.tables import describe_basis
from cli.stack.own import EARLY_ENDS_ALLOWED, make_own_settings
from cli.stack.stack import Stack, StackPlan, run_stack
from cli.terminal import tell
from cli.uploads.files import Findings, FoundFile, find_pictures
from cli.uploads.job_fields import JobFields, takes_fields
from cli.uploads.sending import require_pictures, submit_items, upload_files
from db.job_values import JobOptions
from db.states import LIVE_JOB_STATES, JobState

DATA = ".facetally"
# The number of the job whose results were last written.
WRITTEN = "written-job"
JOBS_PER_PAGE = 100

takes_out = click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    required=True,
    help="Where results go; the folder is made.",
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
@takes_fields
def run(paths: tuple[Path, ...], out: Path, tags: tuple[str, ...], **options: Any) -> ExitStatus:
    """Analyze photos and videos on this machine.

    PATHs are photos, videos, folders and archives. Results, thumbnails and a report are written to
    DIR. If interrupted, run the same command again to resume.

    \b
    Example: facetally run photos/ --out results/
             facetally run clip.mp4 --out results/ --annotated-video
    """
    return analyze(paths, out, JobFields(tags, JobOptions(**options)))


def analyze(paths: Sequence[Path], out: Path, fields: JobFields) -> ExitStatus:
    """Everything `run` does; the demo does the same."""
    out.mkdir(parents=True, exist_ok=True)
    findings = find_pictures(paths, out)
    require_pictures(findings)
    key = token_urlsafe(24)
    plan = StackPlan(
        make_own_settings(out / DATA, _find_roots(paths), key),
        interactive=False,
        logs_in_files=True,
        early_ends_allowed=EARLY_ENDS_ALLOWED,
    )
    try:
        with run_stack(plan) as stack, closing(Client(stack.url, key)) as client:
            status = _work(client, stack, findings, fields, out)
    except (KeyboardInterrupt, SystemExit):
        tell("Stopped. The same command goes on from here.")
        raise
    return ExitStatus.INCOMPLETE if findings.unreadable else status


def _find_roots(paths: Sequence[Path]) -> list[Path]:
    real = (path.resolve() for path in paths)
    return list(dict.fromkeys(path if path.is_dir() else path.parent for path in real))


def _work(
    client: Client, stack: Stack, findings: Findings, fields: JobFields, out: Path
) -> ExitStatus:
    fingerprint = make_fingerprint(findings.files, fields.options)
    written = out / DATA / WRITTEN
    complete = True
    job = _find_unfinished(client, fingerprint, written)
    if job is None:
        job, complete = _submit(
            client, findings.files, replace(fields, tags=(*fields.tags, fingerprint))
        )
    else:
        tell(f"Job {job.id} was begun before, and goes on.")
    job = watch_job(client, job.id, stack.check)
    harvest = write_job_files(client, job, out)
    written.write_text(str(job.id))
    for name, warning in harvest.warnings:
        tell(f"{name}: {warning}")
    tell(f"{describe_basis(harvest.audience, harvest.people)}. The report is {out / REPORT}.")
    return status_of(job.state) if complete else ExitStatus.INCOMPLETE


def make_fingerprint(files: Sequence[FoundFile], options: JobOptions) -> str:
    """A tag that is the same for the same files, with which the same is to be done."""
    paths = sha256(json.dumps(asdict(options)).encode() + b"\0")
    for path in sorted(os.fsencode(file.path) for file in files):
        paths.update(path + b"\0")
    return f"run:{paths.hexdigest()[:32]}"


def _find_unfinished(client: Client, fingerprint: str, written: Path) -> JobOut | None:
    """The last job of these files, if it was stopped before its results were written."""
    last_written = written.read_text() if written.exists() else ""
    cursor = None
    while True:
        page = client.read_jobs(None, JOBS_PER_PAGE, cursor)
        for job in page.jobs:
            if job.state is JobState.DRAFT:
                # Its submission was cut off: it is sent again as a whole.
                client.cancel_job(job.id)
            elif fingerprint in job.tags:
                return job if _is_unfinished(job, last_written) else None
        cursor = page.next_cursor
        if cursor is None:
            return None


def _is_unfinished(job: JobOut, last_written: str) -> bool:
    if job.state in (JobState.CANCELLING, JobState.CANCELLED):
        return False
    return job.state in LIVE_JOB_STATES or str(job.id) != last_written


def _submit(client: Client, files: Sequence[FoundFile], fields: JobFields) -> tuple[JobOut, bool]:
    # The API opens archives; then it is sent everything, to make one job of it.
    if any(file.is_archive for file in files):
        return upload_files(client, files, fields, {})
    items = (ItemBody(uri=file.uri, name=file.name) for file in files)
    return submit_items(client, items, fields), True
