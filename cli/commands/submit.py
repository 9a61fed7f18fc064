"""`facetally submit`: files are uploaded, addresses are read by the workers."""

import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import click

from cli.exits import ExitStatus, status_of
from cli.options.jobs import takes_job_options
from cli.options.shared import as_json, takes_server
from cli.output.progress import watch_job
from cli.terminal import is_terminal, print_json
from cli.uploads.files import find_pictures, require_pictures
from cli.uploads.listed_paths import find_listed
from cli.uploads.manifests import is_manifest, is_remote_manifest, read_manifests
from cli.uploads.uploading import upload_files
from facetally import Client, Item, Job, Options, Submission
from facetally.items import URI, is_remote_folder
from facetally.local_files.files import FoundFiles

FOLDER_ALONE = "Give a folder that the server lists alone."
MANIFEST_ALONE = "Give a manifest that the server reads alone, with dimensions in its columns."


@click.command()
@click.argument("sources", metavar="PATH|MANIFEST|URI...", nargs=-1, required=True)
@takes_job_options
@click.option("--name", default="", help="What to call the job.")
@click.option("--notes", default="", help="What to note of the job.")
@click.option("--watch", is_flag=True, help="Follow the job until it ends.")
@as_json
@takes_server
def submit(
    client: Client,
    sources: tuple[str, ...],
    tags: tuple[str, ...],
    dimensions: dict[str, str],
    name: str,
    notes: str,
    watch: bool,
    as_json: bool,
    **options: Any,
) -> ExitStatus:
    """Submit photos and videos to a server.

    Files, folders and archives are uploaded; where that is interrupted, run the same command again,
    and it continues. URIs are read by the workers. A MANIFEST is a .csv with a column uri or path
    (optional: name, captured_at; any other column is a dimension), or an .ndjson with an item on
    each line. Files that its paths name are uploaded; paths are relative to it. The server reads a
    MANIFEST that is given as a URI, and lists a URI that ends with / or has a *: a folder of its
    own or of a bucket, or a pattern. With - alone, paths are read from the standard input.

    \b
    Example: facetally submit photos/ --tag spring --watch
             facetally submit photos/ --folders-as store,camera
             find photos -mtime -1 -print0 | facetally submit -
             facetally submit https://img.example.com/a.jpg s3://photos/b.jpg
             facetally submit s3://photos/2026/list.csv
             facetally submit 's3://photos/2026/**/*.jpg' --folders-as store,camera
    """
    submission = Submission(tags, Options(**options), dimensions, name=name, notes=notes)
    job, complete = _submit_sources(client, sources, submission)
    if as_json:
        print_json(job.raw)
    else:
        # The number alone for programs, an address for people.
        click.echo(f"Job {job.id}: {client.url}/jobs/{job.id}" if is_terminal() else job.id)
    status = ExitStatus.DONE
    if watch:
        job = watch_job(job)
        status = status_of(job.state, is_known=job.is_known)
    return status if complete else ExitStatus.INCOMPLETE


def _submit_sources(
    client: Client, sources: Sequence[str], submission: Submission
) -> tuple[Job, bool]:
    """The job, and whether everything that was named is in it."""
    if "-" in sources and len(sources) > 1:
        raise click.UsageError("Give - alone: the standard input lists all paths.")
    addressed = [source for source in sources if URI.match(source) or is_manifest(Path(source))]
    if addressed and len(addressed) < len(sources):
        raise click.UsageError("Give either files, or addresses and manifests, not both.")
    if any(is_remote_folder(source) for source in sources):
        return _submit_alone(client, sources, submission, FOLDER_ALONE), True
    if any(is_remote_manifest(source) for source in sources):
        if submission.dimensions:
            raise click.UsageError(MANIFEST_ALONE)
        return _submit_alone(client, sources, submission, MANIFEST_ALONE), True
    if addressed:
        return _submit_listed(client, addressed, submission)
    return _submit_paths(client, sources, submission)


def _submit_alone(
    client: Client, sources: Sequence[str], submission: Submission, problem: str
) -> Job:
    """A folder or a manifest that the server reads; `problem` is said of several."""
    if len(sources) > 1:
        raise click.UsageError(problem)
    return client.submit(
        sources[0],
        tags=submission.tags,
        options=submission.options,
        dimensions=submission.dimensions,
        name=submission.name,
        notes=submission.notes,
    )


def _submit_paths(
    client: Client, sources: Sequence[str], submission: Submission
) -> tuple[Job, bool]:
    if sources == ("-",):
        found = find_listed(sys.stdin.buffer.read())
    else:
        found = _find_in([Path(source) for source in sources])
    require_pictures(found)
    job, complete = upload_files(client, found.files, submission)
    return job, complete and not found.unreadable


def _find_in(paths: Sequence[Path]) -> FoundFiles:
    for path in paths:
        if not path.is_dir() and not path.is_file():
            raise click.BadParameter(f"there is no file or folder {str(path)!r}")
    return find_pictures(paths)


def _submit_listed(
    client: Client, sources: Sequence[str], submission: Submission
) -> tuple[Job, bool]:
    listed = read_manifests([Path(source) for source in sources if not URI.match(source)])
    addresses = [Item(source) for source in sources if URI.match(source)]
    if not listed.files:
        return client.submit_items(chain(addresses, listed.items), submission), True
    return upload_files(client, listed.files, submission, [*addresses, *listed.items])
