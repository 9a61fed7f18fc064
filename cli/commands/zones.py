"""`facetally zones`: who was in which part of the pictures of a job."""

import json
from pathlib import Path
from typing import Any

import click

from cli.exits import CommandFailed
from cli.options.shared import as_json, takes_bands, takes_server
from cli.output.zone_tables import describe_zones, make_zones_table
from cli.terminal import open_stdout, print_json
from facetally import Client


@click.command()
@click.argument("job", type=click.IntRange(min=1))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--by", default="gender", show_default=True, metavar="LIST", help="Any of gender and age_band."
)
@takes_bands
@click.option(
    "--count",
    type=click.Choice(["people", "seconds"]),
    default="people",
    show_default=True,
    help="With seconds, shares are of the time that people in videos spent in a zone.",
)
@as_json
@takes_server
def zones(client: Client, job: int, file: Path, as_json: bool, **query: Any) -> None:
    """Show who was in which zone of photos and videos.

    For videos also who came in, and who left.

    FILE is JSON: a list of zones, each with a name and the corners of a polygon, as fractions of
    the picture from its upper left: [{"name": "door", "points": [[0, 0.5], [0.4, 0.5], [0.4, 1],
    [0, 1]]}]

    \b
    Example: facetally zones 7 zones.json
             facetally zones 7 zones.json --count seconds --by gender,age_band
    """
    found = client.zones(job, _read_zones(file), **query)
    if as_json:
        print_json(found.raw)
        return
    stdout = open_stdout()
    stdout.print(make_zones_table(found))
    stdout.print(describe_zones(found))


def _read_zones(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CommandFailed(f"{file} is not JSON: {error}") from error
