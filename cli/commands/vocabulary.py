"""`facetally tags` and `dimensions`: what an audience can be filtered and grouped by."""

import click

from cli.options.shared import as_json, takes_server
from cli.output.tables import make_dimensions_table, make_tags_table
from cli.terminal import print_values
from facetally import Client


@click.command()
@as_json
@takes_server
def tags(client: Client, as_json: bool) -> None:
    """List the tags of jobs.

    \b
    Example: facetally tags
    """
    print_values(client.tags(), make_tags_table, as_json=as_json)


@click.command()
@click.option("--job", type=click.IntRange(min=1), help="Only this job.")
@click.option("--tag", help="Only jobs with this tag.")
@as_json
@takes_server
def dimensions(client: Client, job: int | None, tag: str | None, as_json: bool) -> None:
    """List the dimensions of items and their values.

    At most 100 values of each dimension are listed, those of most items first.

    \b
    Example: facetally dimensions --tag spring
    """
    print_values(client.dimensions(job, tag), make_dimensions_table, as_json=as_json)
