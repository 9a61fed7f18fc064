"""`facetally results` and `thumbnails`: what was found in a job."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.commands.jobs import takes_job
from cli.options.results import takes_dimensions, takes_file, takes_filters
from cli.options.shared import takes_server
from cli.output.counting import count_noun
from cli.output.downloads import download_thumbnails
from cli.output.streams import join_lines, refuse_terminal, write_out
from cli.terminal import tell
from facetally import Client, Job

FORMATS = ("ndjson", "json", "csv", "parquet", "coco", "label-studio", "cvat")
# What the results of several jobs come in.
TABLES = ("ndjson", "csv", "parquet")


@click.command()
@click.argument("job_ids", metavar="[JOB]...", type=click.IntRange(min=1), nargs=-1)
@click.option("--tag", help="The jobs with this tag, instead of numbers.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="ndjson",
    show_default=True,
    help="Output file format.",
)
@click.option(
    "--view",
    type=click.Choice(["faces", "tracks"]),
    default="faces",
    show_default=True,
    help="With tracks, one row for each person in a video instead of each face.",
)
@takes_filters
@takes_dimensions
@takes_file
@takes_server
def results(
    client: Client,
    job_ids: tuple[int, ...],
    tag: str | None,
    form: str,
    dimensions: dict[str, str],
    out: Path | None,
    view: str,
    **filters: Any,
) -> None:
    """Print the results of a job, or of several as one table.

    NDJSON has a line for each item, JSON is an array of items. CSV and Parquet have a row for each
    face, and one for each item without faces. COCO, Label Studio and CVAT have the analyzed photos
    and their faces. Of several jobs, each line or row has the number of its job.

    \b
    Example: facetally results 7 --format csv --gender female --out faces.csv
             facetally results 7 --format parquet --out results.parquet
             facetally results 7 --format coco --out annotations.json
             facetally results 7 8 9 --format parquet --out results.parquet
             facetally results --tag spring --format csv --out spring.csv
             facetally results 7 --view tracks --format csv --out people.csv
    """
    refuse_terminal(form, out)
    if bool(job_ids) == (tag is not None):
        raise click.UsageError("Give the numbers of jobs, or --tag.")
    asked = {"view": view, "dimensions": dimensions, **filters}
    if tag is None and len(job_ids) == 1:
        job = client.job(job_ids[0])
        write_out(lambda: _read_job(job, form, asked), out)
        return
    if form not in TABLES:
        raise click.UsageError(f"Several jobs come as {', '.join(TABLES)}, not as {form}.")
    write_out(lambda: client.export_results(form, jobs=job_ids, tag=tag, **asked), out)


def _read_job(job: Job, form: str, asked: dict[str, Any]) -> Iterator[bytes]:
    if form == "json":
        return join_lines(job.stream_lines(**asked))
    return job.export(form, **asked)


@click.command()
@takes_job
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the thumbnails.",
)
@takes_server
def thumbnails(client: Client, job_id: int, out: Path) -> None:
    """Save annotated thumbnails.

    One JPEG file for each photo of a job.

    \b
    Example: facetally thumbnails 7 --out thumbnails/
    """
    names = download_thumbnails(client, client.job(job_id).results(), out)
    tell(f"Saved {count_noun(len(names), 'thumbnails')} in {out}.")
