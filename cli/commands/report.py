"""`facetally report`: a job as a page to keep or send, or on paper."""

from pathlib import Path

import click

from cli.commands.jobs import takes_job
from cli.options.shared import takes_server
from cli.output.downloads import write_whole
from cli.output.paper import print_pdf
from cli.terminal import tell
from facetally import Client


@click.command()
@takes_job
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="An .html file, or a .pdf, which needs Chromium or Chrome.",
)
@click.option("--title", help="Title of the page.")
@click.option("--client", "for_client", metavar="NAME", help="For whom it is made.")
@click.option("--photos", is_flag=True, help="Add some of the photos, which show people.")
@takes_server
def report(
    client: Client,
    job_id: int,
    out: Path,
    title: str | None,
    for_client: str | None,
    photos: bool,
) -> None:
    """Save the report of a job.

    One page that needs no network: who was there, by dimension and over time, and how certain that
    is.

    \b
    Example: facetally report 7 --out report.html
             facetally report 7 --out spring.pdf --title "Spring campaign" --client Acme
    """
    page = client.job(job_id).report(title=title, client=for_client, pictures=photos)
    content = print_pdf(page) if out.suffix.lower() == ".pdf" else page
    write_whole(out.resolve(), lambda: [content])
    tell(f"The report is {out}.")
