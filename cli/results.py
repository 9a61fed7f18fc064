"""`facetally results`, `audience` and `thumbnails`: what a server found."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from api.schemas import ResultOut
from cli.client import Client
from cli.harvest import write_thumbnails
from cli.jobs import takes_job
from cli.options import as_json, parse_pairs, takes_server
from cli.tables import describe_basis, make_audience_table
from cli.terminal import open_stdout, tell
from db.states import ItemState

GENDERS = ("female", "male", "unknown")
STATE = click.Choice([state.value for state in ItemState])

Command = TypeVar("Command", bound=Callable[..., object])


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
@click.option("--format", "form", type=click.Choice(["ndjson", "csv", "json"]), default="ndjson")
@_takes_filters
@click.option(
    "--dimension", "dimensions", multiple=True, callback=parse_pairs, metavar="NAME=VALUE",
    help="Only items with this dimension; may be repeated.",
)  # fmt: skip
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Into this file.")
@takes_server
def results(
    client: Client,
    job_id: int,
    form: str,
    dimensions: dict[str, str],
    output: Path | None,
    **filters: str | int | float | None,
) -> None:
    """Print what was found in a job.

    As NDJSON a line for each item, as CSV a row for each face, as JSON an array of items.

    \b
    Example: facetally results 7 --format csv --gender female --output faces.csv
    """
    named = {f"dimension.{name}": value for name, value in dimensions.items()}
    parameters = {**filters, **named}
    if form == "json":
        pieces = _join_lines(client.read_result_lines(job_id, parameters))
    else:
        pieces = client.read_results(job_id, {**parameters, "format": form})
    _write(pieces, output)


def _join_lines(lines: Iterable[str]) -> Iterator[bytes]:
    """All lines as one JSON array."""
    start = "[\n"
    for line in lines:
        yield (start + line).encode()
        start = ",\n"
    yield b"[]\n" if start == "[\n" else b"\n]\n"


def _write(pieces: Iterable[bytes], output: Path | None) -> None:
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.flush()
        return
    # A request that is refused leaves no empty file: the first piece comes before the file.
    rest = iter(pieces)
    first = next(rest, b"")
    with output.open("wb") as file:
        file.write(first)
        file.writelines(rest)


@click.command()
@click.option("--job", type=click.IntRange(min=1), help="Only this job.")
@click.option("--tag", help="Only jobs with this tag.")
@click.option("--by", default="gender,age_band", help="gender, age_band or both [both].")
@click.option("--bands", default="marketing", help="marketing, adience, life_stage or 0-17,18-120.")
@as_json
@takes_server
def audience(client: Client, as_json: bool, **parameters: str | int | None) -> None:
    """Show who was there.

    Faces by gender and age, with 95 % intervals.

    \b
    Example: facetally audience --job 7 --bands 0-17,18-34,35-120
    """
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

    A JPEG file for each picture of a job.

    \b
    Example: facetally thumbnails 7 --out thumbnails/
    """
    lines = client.read_result_lines(job_id, {})
    found = (ResultOut.model_validate_json(line) for line in lines)
    names = write_thumbnails(client, found, out)
    tell(f"{len(names)} thumbnails are in {out}.")
