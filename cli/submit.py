"""`facetally submit`: pictures go to a server as files, or by their addresses."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click

from api.requests import ItemBody
from api.schemas import JobOut
from cli.client import Client
from cli.exits import CommandFailed, ExitStatus, status_of
from cli.fields import JobFields, takes_fields
from cli.manifests import URI, is_manifest, is_remote_manifest, read_manifest, write_job
from cli.multipart import Form, split_readable
from cli.options import as_json, parse_pairs, takes_server
from cli.pictures import Findings, FoundFile, find_pictures
from cli.progress import watch_job
from cli.terminal import tell
from db.values import Duplicates, JobOptions

JSON = "application/json"
ITEMS_PER_PAGE = 10_000


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
    """Submit pictures and videos to a server.

    Files, folders and archives are uploaded; what a URI names, the workers read themselves. A
    MANIFEST is a .csv with a column uri or path (also name, captured_at; any other column is a
    dimension), or an .ndjson of items; where its name is a URI, the server reads it.

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


def submit_items(client: Client, items: Iterable[ItemBody], fields: JobFields) -> JobOut:
    """One job of items by their addresses; in parts where there are very many."""
    lines = (item.model_dump_json(exclude_defaults=True).encode() for item in items)
    page = list(islice(lines, ITEMS_PER_PAGE))
    if len(page) < ITEMS_PER_PAGE:
        return client.submit(write_job(page, fields), JSON)
    draft = client.submit([json.dumps({"draft": True, **fields.to_json()}).encode()], JSON)
    number = 0
    while page:
        number += 1
        client.append_lines(draft.id, b"\n".join(page), f"append-{draft.id}-{number}")
        page = list(islice(lines, ITEMS_PER_PAGE))
    return client.finalize_job(draft.id)


def upload_files(
    client: Client,
    files: Sequence[FoundFile],
    fields: JobFields,
    dimensions: Mapping[str, str],
) -> tuple[JobOut, bool]:
    """One job of uploaded files; False where some could not be read, and were left out."""
    readable, unreadable = split_readable(files)
    for path in unreadable:
        tell(f"{path} cannot be read, and is left out.")
    if not readable:
        raise CommandFailed("There is nothing to submit.")
    form = Form(readable, fields, dimensions)
    return client.submit(form, form.content_type, form.length_bytes), not unreadable


def require_pictures(findings: Findings) -> None:
    """Tell what was left out; CommandFailed where nothing is left."""
    for gap in findings.describe_gaps():
        tell(gap)
    if not findings.files:
        raise CommandFailed("There are no pictures or videos at these paths.")


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
