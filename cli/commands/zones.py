"""`facetally zones`: who was in which part of a picture."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.exits import CommandFailed
from cli.options.shared import as_json, takes_bands, takes_server
from cli.output.counting import count_noun
from cli.output.zone_tables import describe_zones, make_zone_names_table, make_zones_table
from cli.terminal import open_stdout, print_json, tell
from facetally import Client, ZoneAudience

Function = TypeVar("Function", bound=Callable[..., object])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _takes_grouping(function: Function) -> Function:
    function = click.option(
        "--count",
        type=click.Choice(["people", "seconds"]),
        default="people",
        show_default=True,
        help="With seconds, shares are of the time that people spent in a zone.",
    )(takes_bands(function))
    return click.option(
        "--by",
        default="gender",
        show_default=True,
        metavar="LIST",
        help="Any of gender and age_band.",
    )(function)


@click.group()
def zones() -> None:
    """Show who was in which zone: a named part of the picture.

    A FILE of zones is JSON: a list of zones, each with a name and the corners of a polygon, as
    fractions of the picture from its upper left: [{"name": "door", "points": [[0, 0.5], [0.4, 0.5],
    [0.4, 1], [0, 1]]}]

    \b
    Example: facetally zones count 7 zones.json
             facetally zones keep zones.json --source entrance
    """


@zones.command()
@click.argument("job", type=click.IntRange(min=1))
@click.argument("file", type=FILE)
@_takes_grouping
@as_json
@takes_server
def count(client: Client, job: int, file: Path, as_json: bool, **query: Any) -> None:
    """Show who was in the zones of a FILE in the pictures of a job.

    For videos also who came in, and who left. The zones are not kept, so that others can be tried.

    \b
    Example: facetally zones count 7 zones.json
             facetally zones count 7 zones.json --count seconds --by gender,age_band
    """
    _show(client.count_zones(job, _read_zones(file), **query), as_json)


@zones.command()
@click.argument("file", type=FILE)
@click.option("--source", help="Keep them for this live source.")
@click.option("--job", type=click.IntRange(min=1), help="Or for the pictures of this job.")
@takes_server
def keep(client: Client, file: Path, source: str | None, job: int | None) -> None:
    """Keep the zones of a FILE, in place of those that there are; an empty list removes them.

    A running headcount of the source counts in them from now on.

    \b
    Example: facetally zones keep zones.json --source entrance
             facetally zones keep zones.json --job 7
    """
    wanted = _read_zones(file)
    if source is not None and job is None:
        kept, shown = client.keep_source_zones(source, wanted), "facetally headcounts list"
    elif job is not None and source is None:
        kept, shown = client.keep_job_zones(job, wanted), f"facetally zones show {job}"
    else:
        raise click.UsageError("Say whose zones they are, by --source or --job.")
    tell(f"{count_noun(len(kept), 'zones')} kept. See who was in them with: {shown}")


@zones.command()
@click.argument("job", type=click.IntRange(min=1))
@_takes_grouping
@as_json
@takes_server
def show(client: Client, job: int, as_json: bool, **query: Any) -> None:
    """Show who was in the zones that a job keeps, or that its headcount counted in.

    For many headcounts together, see: facetally audience --by zone

    \b
    Example: facetally zones show 7 --count seconds
    """
    _show(client.job_zones(job, **query), as_json)


@zones.command("list")
@as_json
@takes_server
def list_zones(client: Client, as_json: bool) -> None:
    """List the zones of live sources, and those that were counted in.

    \b
    Example: facetally zones list
    """
    found = client.zone_names()
    if as_json:
        print_json(asdict(found))
    else:
        open_stdout().print(make_zone_names_table(found))


def _show(found: ZoneAudience, as_json: bool) -> None:
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
