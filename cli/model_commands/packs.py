"""`facetally packs`: the models that jobs can choose, and packs of one's own."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
from rich.table import Table
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from cli.environment import read_settings
from cli.exits import CommandFailed
from cli.options.shared import as_json
from cli.output.tables import make_table
from cli.terminal import open_stdout, tell
from db.engine import Database
from db.jobs.missing_packs import read_live_jobs_of
from models.errors import InvalidPack, ModelUnavailable
from models.packs.folder import add_pack, find_pack, list_own, remove_pack
from models.packs.pack import Pack
from models.packs.shipped_packs import list_shipped
from models.validation.validation import validate_pack
from worker.packs.packs import describe_pack, require_pack
from worker.settings import Settings

READY = "ready"


@click.group()
def packs() -> None:
    """List, show, add or remove packs of models.

    A pack is a folder with a pack.toml: a detector, estimators, and how they vote. Jobs may ask for
    those that FACETALLY_PACKS names.

    \b
    Example: facetally packs list
    """


@packs.command("list")
def list_packs() -> None:
    """List the packs of this machine.

    \b
    Example: facetally packs list
    """
    settings = read_settings()
    table = make_table("pack", "version", "of", "state", "jobs", "title")
    for name in (*list_shipped(), *list_own(settings.packs_dir)):
        table.add_row(name, *_describe(settings, name))
    open_stdout().print(table)


def _describe(settings: Settings, name: str) -> tuple[str, ...]:
    """Version, origin, state, who may ask for it, title."""
    origin = "Facetally" if name in list_shipped() else "yours"
    allowed = "may ask for it" if name in settings.packs else ""
    allowed = "default" if name == settings.pack else allowed
    try:
        pack = find_pack(name, settings.packs_dir)
    except ModelUnavailable as error:
        return "", origin, str(error), allowed, ""
    return pack.version, origin, _find_state(settings, name), allowed, pack.title


def _find_state(settings: Settings, name: str) -> str:
    try:
        require_pack(settings, name)
    except ModelUnavailable as error:
        return str(error)
    return READY


@packs.command()
@click.argument("name")
@as_json
def show(name: str, as_json: bool) -> None:
    """Show a pack with the license and origin of its files.

    \b
    Example: facetally packs show default
    """
    settings = read_settings()
    pack = _find(settings, name)
    described = describe_pack(pack)
    if as_json:
        click.echo(json.dumps(described.to_json(), ensure_ascii=False))
        return
    click.echo(f"{pack.name} {pack.version}: {pack.title}")
    for line in (pack.description, f"sha256 {described.sha256}", _find_state(settings, name)):
        if line:
            click.echo(line)
    open_stdout().print(_make_files_table(pack))


def _make_files_table(pack: Pack) -> Table:
    table = make_table("part", "file", "license", "trained on", "source")
    for file in describe_pack(pack).files:
        table.add_row(file.part, file.file, file.license, file.training_data, file.source)
    return table


@packs.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Replace your own pack of the same name.")
def add(folder: Path, replace: bool) -> None:
    """Add a pack of your own.

    FOLDER has a pack.toml and its files, ONNX or Caffe. They are tried on made faces and on the
    sample photos first, within bounds of time and memory; no code of a pack is ever run.

    \b
    Example: facetally packs add my-pack/pack
    """
    settings = read_settings()
    validate = partial(validate_pack, weights_dir=settings.weights_dir)
    try:
        pack = add_pack(folder, settings.packs_dir, validate, replace=replace)
    except InvalidPack as error:
        for fault in error.faults:
            tell(fault)
        raise CommandFailed(f"The pack in {folder} was not added.") from error
    tell(f"Added {pack.name} {pack.version}. {_advise(settings, pack.name)}")


def _advise(settings: Settings, name: str) -> str:
    if name in settings.packs:
        return "Restart the server to use it."
    allowed = ",".join((*settings.packs, name))
    return (
        f"To use it: facetally run photos/ --out results/ --pack {name}, or on a server "
        f"FACETALLY_PACKS={allowed}"
    )


@packs.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove a pack of your own.

    \b
    Example: facetally packs remove my-pack
    """
    settings = read_settings()
    if name in list_shipped():
        raise CommandFailed(
            f"{name} is a pack of Facetally, and stays. Leave it out of FACETALLY_PACKS instead."
        )
    if name not in list_own(settings.packs_dir):
        raise CommandFailed(f"There is no pack {name} in {settings.packs_dir}.")
    if name in settings.packs:
        raise CommandFailed(
            f"FACETALLY_PACK or FACETALLY_PACKS names {name}. Remove it there first, and restart "
            "the server."
        )
    if live := ", ".join(map(str, _read_live_jobs(settings, name))):
        raise CommandFailed(f"Live jobs need {name}: {live}. Cancel them, or wait for their end.")
    remove_pack(name, settings.packs_dir)
    tell(f"Removed {name}.")


def _read_live_jobs(settings: Settings, name: str) -> Iterator[int]:
    """Live jobs that ask for the pack; none where no server has run yet."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            yield from read_live_jobs_of(session, name)
    except DBAPIError as error:
        raise CommandFailed(
            f"Whether live jobs need {name} cannot be read: {error.orig}. Nothing was removed."
        ) from error
    finally:
        database.close()


def _find(settings: Settings, name: str) -> Pack:
    try:
        return find_pack(name, settings.packs_dir)
    except ModelUnavailable as error:
        raise CommandFailed(str(error)) from error
