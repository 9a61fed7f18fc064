"""`facetally results`, `audience` and `thumbnails`: what a server found."""

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

from api.schemas.results import ResultOut
from cli.client import Client
from cli.commands.jobs import takes_job
from cli.commands.options import as_json, parse_pairs, takes_server
from cli.output.downloads import write_thumbnails, write_whole
from cli.output.tables import describe_basis, make_audience_table
from cli.terminal import open_stdout, tell
from db.states import ItemState

GENDERS = ("female", "male", "unknown")
FORMATS = ("ndjson", "json", "csv", "parquet", "coco")
DAY = click.DateTime(["%Y-%m-%d"])
STATE = click.Choice([state.value for state in ItemState])

Command = TypeVar("Command", bound=Callable[..., object])


_takes_file = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Into this file, which is complete or not there.",
)


def _takes_filters(command: Command) -> Command:
    for option in (
        click.option("--gender", type=click.Choice(GENDERS), help="Only faces of this gender."),
        click.option("--age-min", type=int, help="Only faces of at least this age."),
        click.option("--age-max", type=int, help="Only faces of at most this age."),
        click.option("--score-min", type=float, help="Only faces as sure as this, 0 to 1."),
        click.option(
            "--state",
            type=STATE,
            help="Only items in this state.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@takes_job
@click.option("--format", "form", type=click.Choice(FORMATS), default="ndjson", help="[ndjson]")
@click.option(
    "--view", type=click.Choice(["faces", "tracks"]), default="faces",
    help="tracks: one row for each person of videos, not for each face [faces].",
)  # fmt: skip
@_takes_filters
@click.option(
    "--dimension", "dimensions", multiple=True, callback=parse_pairs, metavar="NAME=VALUE",
    help="Only items with this dimension; may be repeated.",
)  # fmt: skip
@_takes_file
@takes_server
def results(
    client: Client,
    job_id: int,
    form: str,
    dimensions: dict[str, str],
    out: Path | None,
    **filters: str | int | float | None,
) -> None:
    """Print the results of a job.

    NDJSON has a line for each item, JSON is an array of items. CSV and Parquet have a row for each
    face, and one for each item without faces. COCO has the analyzed pictures and their faces.

    \b
    Example: facetally results 7 --format csv --gender female --out faces.csv
             facetally results 7 --format parquet --out results.parquet
             facetally results 7 --format coco --out annotations.json
             facetally results 7 --view tracks --format csv --out people.csv
    """
    _refuse_terminal(form, out)
    named = {f"dimension.{name}": value for name, value in dimensions.items()}
    parameters = {**filters, **named}

    def read() -> Iterator[bytes]:
        if form == "json":
            return _join_lines(client.read_result_lines(job_id, parameters))
        return client.read_results(job_id, {**parameters, "format": form})

    _write(read, out)


def _refuse_terminal(form: str | None, out: Path | None) -> None:
    if form == "parquet" and out is None and sys.stdout.isatty():
        raise click.UsageError("Parquet is not for reading: give --out FILE.")


def _join_lines(lines: Iterable[str]) -> Iterator[bytes]:
    """All lines as one JSON array."""
    start = "[\n"
    for line in lines:
        yield (start + line).encode()
        start = ",\n"
    yield b"[]\n" if start == "[\n" else b"\n]\n"


def _write(read: Callable[[], Iterator[bytes]], out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.writelines(read())
        sys.stdout.flush()
    elif out.exists() and not out.is_file():
        # A pipe or a device has nothing beside it, and is not to be replaced.
        with out.open("wb") as file:
            file.writelines(read())
    else:
        write_whole(out.resolve(), read)


@click.command()
@click.option("--job", type=click.IntRange(min=1), help="Only this job.")
@click.option("--tag", help="Only jobs with this tag.")
@click.option("--from", "first_day", type=DAY, help="From this day on, as 2026-05-01 (UTC).")
@click.option("--to", "last_day", type=DAY, help="Up to this day.")
@click.option(
    "--dimension",
    "dimensions",
    multiple=True,
    callback=parse_pairs,
    metavar="NAME=VALUE",
    help="Only items with this dimension; may be repeated.",
)
@click.option(
    "--by",
    default="gender,age_band",
    metavar="LIST",
    help="gender, age_band, day, week or month, and names of dimensions [gender,age_band].",
)
@click.option("--bands", default="marketing", help="marketing, adience, life_stage or 0-17,18-120.")
@click.option(
    "--count",
    type=click.Choice(["faces", "people"]),
    default="faces",
    help="people: each once in a video [faces].",
)
@click.option("--calibration", metavar="NAME", help="Correct shares by this evaluation.")
@as_json
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), help="A file of it.")
@_takes_file
@takes_server
def audience(
    client: Client,
    as_json: bool,
    form: str | None,
    out: Path | None,
    dimensions: dict[str, str],
    first_day: datetime | None,
    last_day: datetime | None,
    **given: str | int | None,
) -> None:
    """Show the audience by age and gender.

    Or by days and dimensions (--by), with 95% intervals.

    \b
    Example: facetally audience --job 7 --bands 0-17,18-34,35-120
             facetally audience --by store,gender --from 2026-05-01 --to 2026-05-31
             facetally audience --tag spring --format parquet --out audience.parquet
    """
    parameters: dict[str, str | int | float | None] = {
        **given,
        **{f"dimension.{name}": value for name, value in dimensions.items()},
        "from": first_day.date().isoformat() if first_day else None,
        "to": last_day.date().isoformat() if last_day else None,
    }
    if (form is None and out is not None) or (form is not None and as_json):
        raise click.UsageError("--out goes with --format, and --json with neither.")
    if form is not None:
        _refuse_terminal(form, out)
        _write(lambda: client.read_audience_table({**parameters, "format": form}), out)
        return
    found = client.read_audience(parameters)
    if as_json:
        click.echo(found.model_dump_json())
    else:
        open_stdout().print(make_audience_table(found))
        open_stdout().print(describe_basis(found))


@click.command()
@takes_job
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR"
)
@takes_server
def thumbnails(client: Client, job_id: int, out: Path) -> None:
    """Save annotated thumbnails.

    One JPEG file for each picture of a job.

    \b
    Example: facetally thumbnails 7 --out thumbnails/
    """
    lines = client.read_result_lines(job_id, {})
    found = (ResultOut.model_validate_json(line) for line in lines)
    names = write_thumbnails(client, found, out)
    tell(f"{len(names)} thumbnails are in {out}.")
