"""`facetally rerun` and `compare`: the items of a job analyzed again, and what that changed."""

import click

from cli.commands.jobs import takes_job
from cli.exits import ExitStatus, status_of
from cli.options.shared import as_json, takes_bands, takes_server
from cli.output.comparison_tables import (
    describe_comparison,
    make_changes_table,
    make_differences_table,
)
from cli.output.progress import describe_job, watch_job
from cli.terminal import open_stdout, print_json
from facetally import Client


@click.command()
@takes_job
@click.option(
    "--pack", metavar="NAME", help="Models to analyze with.  [default: those of the server]"
)
@click.option("--tag", "tags", multiple=True, help="A tag of the new job; may be repeated.")
@click.option("--watch", is_flag=True, help="Follow the new job until it ends.")
@as_json
@takes_server
def rerun(
    client: Client, job_id: int, pack: str | None, tags: tuple[str, ...], watch: bool, as_json: bool
) -> ExitStatus:
    """Run a job again with other models.

    The new job has the same items and options, and no tags but these. The two share their uploads.

    \b
    Example: facetally rerun 7 --pack strict --watch
             facetally compare 7 8
    """
    job = client.job(job_id).rerun(pack, tags=tags)
    if watch:
        job = watch_job(job)
    if as_json:
        print_json(job.raw)
    else:
        click.echo(describe_job(job))
    return status_of(job.state, is_known=job.is_known) if watch else ExitStatus.DONE


@click.command()
@click.argument("first", metavar="JOB", type=click.IntRange(min=1))
@click.argument("second", metavar="OTHER", type=click.IntRange(min=1))
@takes_bands
@as_json
@takes_server
def compare(client: Client, first: int, second: int, bands: str, as_json: bool) -> None:
    """Compare two runs of the same items.

    Shows the faces that both found, the shares of genders and ages with the 95% interval of their
    difference, and how faces of both were classified.

    \b
    Example: facetally compare 7 8
    """
    found = client.compare(first, second, bands=bands)
    if as_json:
        print_json(found.raw)
        return
    stdout = open_stdout()
    stdout.print(describe_comparison(found))
    for table in (
        make_differences_table(found),
        make_changes_table("gender", found.gender_changes),
        make_changes_table("age", found.band_changes),
    ):
        stdout.print()
        stdout.print(table)
