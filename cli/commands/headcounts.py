"""`facetally headcounts`: the people of live sources, counted into a job a day."""

import click

from cli.options.shared import as_json, parse_pairs, takes_server
from cli.output.tables import make_headcounts_table
from cli.terminal import describe, open_stdout, print_json, tell
from db.job_values import DetectionMode
from facetally import Client


@click.group()
def headcounts() -> None:
    """Count the people of live sources.

    Sources are those of FACETALLY_LIVE_SOURCES. No picture is kept. This needs a key with the scope
    live.

    \b
    Example: facetally headcounts list
    """


@headcounts.command("list")
@as_json
@takes_server
def list_headcounts(client: Client, as_json: bool) -> None:
    """List the live sources, and who was counted today.

    \b
    Example: facetally headcounts list
    """
    found = client.headcounts()
    if as_json:
        print_json(describe(found))
    else:
        open_stdout().print(make_headcounts_table(found))


@headcounts.command()
@click.argument("source")
@click.option("--tag", "tags", multiple=True, help="A tag of its jobs; may be repeated.")
@click.option(
    "--dimension",
    "dimensions",
    multiple=True,
    callback=parse_pairs,
    metavar="NAME=VALUE",
    help="A dimension of everybody counted, such as store=Lyon; may be repeated.",
)
@click.option(
    "--detection",
    type=click.Choice([choice.value for choice in DetectionMode]),
    default=DetectionMode.NORMAL.value,
    show_default=True,
    help="crowd: also find small faces, which takes longer.",
)
@click.option(
    "--keep-times", is_flag=True, help="Keep when each person was seen, which playlists need."
)
@takes_server
def start(
    client: Client,
    source: str,
    tags: tuple[str, ...],
    dimensions: dict[str, str],
    detection: str,
    keep_times: bool,
) -> None:
    """Count the people of a source from now on, into one job a day.

    \b
    Example: facetally headcounts start entrance --dimension store=Lyon
    """
    found = client.start_headcount(
        source, tags=tags, dimensions=dimensions, detection=detection, keeps_times=keep_times
    )
    tell(f"The people of {found.source} are counted. See them with: facetally headcounts list")


@headcounts.command()
@click.argument("source")
@takes_server
def stop(client: Client, source: str) -> None:
    """Stop counting the people of a source.

    \b
    Example: facetally headcounts stop entrance
    """
    found = client.stop_headcount(source)
    where = "" if found.job is None else f" The people of today are in job {found.job}."
    tell(f"The people of {found.source} are no longer counted.{where}")
