"""`facetally demo`: the whole path on a handful of real pictures."""

from pathlib import Path

import click

from cli.commands.run import analyze
from cli.environment import read_settings
from cli.exits import ExitStatus
from cli.model_commands.weights import choose_files, fetch_missing
from cli.output.downloads import read_results
from cli.output.tables import describe_basis, make_audience_table, make_faces_table
from cli.terminal import open_stdout
from facetally import Submission
from models.weights.catalog import SAMPLES

DEFAULT_OUT = Path("demo-out")


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    default=DEFAULT_OUT,
    show_default=True,
    help="Folder for the results.",
)
def demo(out: Path) -> ExitStatus:
    """Analyze sample photos.

    Samples and models are fetched if they are missing. Results are shown, and written to DIR.

    \b
    Example: facetally demo --out demo-out
    """
    settings = read_settings()
    weights_dir = settings.weights_dir
    fetch_missing(weights_dir, choose_files(settings))
    samples = [weights_dir / sample.name for sample in SAMPLES]
    status, audience = analyze(samples, out, Submission(("demo",)))
    stdout = open_stdout()
    stdout.print(make_faces_table(read_results(out)))
    stdout.print()
    stdout.print(make_audience_table(audience))
    stdout.print(describe_basis(audience))
    return status
