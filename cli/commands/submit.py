"""`facetally submit`: pictures go to a server as files, or by their addresses."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import click

from api.schemas.items import ItemBody
from api.schemas.jobs import JobOut
from cli.client import Client
from cli.commands.options import as_json, parse_pairs, takes_server
from cli.exits import ExitStatus, status_of
from cli.output.progress import watch_job
from cli.uploads.files import find_pictures
from cli.uploads.job_fields import JobFields, takes_fields
from cli.uploads.manifests import URI, is_manifest, is_remote_manifest, read_manifest
from cli.uploads.sending import JSON, require_pictures, submit_items, upload_files
from db.job_values import Duplicates, JobOptions


@click.command()
@click.argument("sources", metavar="PATH|MANIFEST|URI...", nargs=-1, required=True)
@takes_fields
@click.option(
    "--dimension", "dimensions", multiple=True, callback=parse_pairs, metavar="NAME=VALUE",
    help="Carried by every item to its results; may be repeated.",
)  # fmt: skip
@click.option(
    "--duplicates", type=click.Choice([choice.value for choice in Duplicates]),
    default=Duplicates.COUNT.value,
    help="Whether each of the pictures with the same bytes counts, or only one [count].",
)  # fmt: skip
@click.option("--watch", is_flag=True, help="Follow the job to its end.")
@as_json
@takes_server
def submit(
    client: Client,
    sources: tuple[str, ...],
    tags: tuple[str, ...],
    dimensions: dict[str, str],
    duplicates: str,
    watch: bool,
    as_json: bool,
    **options: Any,
) -> ExitStatus:
    """Submit photos and videos to a server.

    Files, folders and archives are uploaded; URIs are read by the workers. A MANIFEST is a .csv
    with a column uri or path (optional: name, captured_at; any other column is a dimension), or an
    .ndjson with an item on each line. The server reads a MANIFEST that is given as a URI.

    \b
    Example: facetally submit photos/ --tag spring --watch
             facetally submit https://img.example.com/a.jpg s3://photos/b.jpg
             facetally submit s3://photos/2026/list.csv
    """
    addressed = [source for source in sources if URI.match(source) or is_manifest(Path(source))]
    if addressed and len(addressed) < len(sources):
        raise click.UsageError("Give either files to upload, or addresses and manifests, not both.")
    complete = True
    fields = JobFields(tags, JobOptions(duplicates=Duplicates(duplicates), **options))
    if any(is_remote_manifest(source) for source in sources):
        job = _submit_manifest(client, sources, fields, dimensions)
    elif addressed:
        job = submit_items(client, _read_items(addressed, dimensions), fields)
    else:
        job, complete = _submit_paths(client, sources, fields, dimensions)
    click.echo(job.model_dump_json() if as_json else job.id)
    status = status_of(watch_job(client, job.id).state) if watch else ExitStatus.DONE
    return status if complete else ExitStatus.INCOMPLETE


def _submit_manifest(
    client: Client, sources: Sequence[str], fields: JobFields, dimensions: Mapping[str, str]
) -> JobOut:
    if len(sources) > 1 or dimensions:
        raise click.UsageError(
            "A manifest that the server reads is given alone, and has dimensions in its columns."
        )
    body = json.dumps({"manifest": sources[0], **fields.to_json()})
    return client.submit([body.encode()], JSON)


def _submit_paths(
    client: Client, sources: Sequence[str], fields: JobFields, dimensions: Mapping[str, str]
) -> tuple[JobOut, bool]:
    paths = [Path(source) for source in sources]
    for path in paths:
        if not path.is_dir() and not path.is_file():
            raise click.BadParameter(f"there is no file or folder {str(path)!r}")
    findings = find_pictures(paths)
    require_pictures(findings)
    job, complete = upload_files(client, findings.files, fields, dimensions)
    return job, complete and not findings.unreadable


def _read_items(sources: Sequence[str], dimensions: Mapping[str, str]) -> Iterator[ItemBody]:
    items = chain.from_iterable(
        [ItemBody(uri=source)] if URI.match(source) else read_manifest(Path(source))
        for source in sources
    )
    for item in items:
        yield item.model_copy(update={"dimensions": {**dimensions, **item.dimensions}})
