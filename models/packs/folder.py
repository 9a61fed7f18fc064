"""The folder of the operator's own packs, each in a folder of its name."""

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from models.errors import InvalidPack, ModelUnavailable
from models.packs.pack import Pack
from models.packs.reading import PACK_FILE, read_pack
from models.packs.shipped_packs import list_shipped, read_shipped

# Folders whose names begin with it are half-made, or half-removed: no pack has such a name.
UNFINISHED = ".unfinished-"


def list_own(folder: Path) -> list[str]:
    """The names of the operator's packs, valid or not."""
    if not folder.is_dir():
        return []
    shipped = list_shipped()
    return sorted(
        path.name
        for path in folder.iterdir()
        if (path / PACK_FILE).is_file()
        and not path.name.startswith(".")
        and path.name not in shipped
    )


def find_pack(name: str, folder: Path) -> Pack:
    """The shipped pack of that name, or the operator's; raises ModelUnavailable."""
    if name in list_shipped():
        return read_shipped(name)
    if name not in list_own(folder):
        there_are = ", ".join((*list_shipped(), *list_own(folder)))
        raise ModelUnavailable(f"There is no pack {name}; there are {there_are}.")
    try:
        pack = read_pack(folder / name)
    except InvalidPack as error:
        raise ModelUnavailable(f"The pack {name} is not valid: {error}.") from error
    if pack.name != name:
        raise ModelUnavailable(
            f"The folder {folder / name} has a pack named {pack.name}. Rename one of the two."
        )
    return pack


def add_pack(
    source: Path, folder: Path, validate: Callable[[Path], Pack], *, replace: bool = False
) -> Pack:
    """Copy the pack in `source` into `folder`, once `validate` finds no fault in the copy.

    Raises InvalidPack, also where its name is taken; then nothing is changed.
    """
    described = read_pack(source)
    _require_free(described.name, folder, replace=replace)
    folder.mkdir(parents=True, exist_ok=True)
    copy = Path(mkdtemp(prefix=UNFINISHED, dir=folder))
    try:
        for name in (PACK_FILE, *(file.name for file in described.files)):
            # What is not in the folder is a file of the catalog.
            if (source / name).is_file():
                shutil.copyfile(source / name, copy / name)
        try:
            pack = validate(copy)
        except InvalidPack as error:
            # Nobody knows the copy.
            faults = [fault.replace(str(copy), str(source)) for fault in error.faults]
            raise InvalidPack(faults) from error
        # `mkdtemp` keeps other users out, and workers may run as one.
        copy.chmod(0o755)
        if replace:
            remove_pack(pack.name, folder)
        copy.rename(folder / pack.name)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    return pack


def _require_free(name: str, folder: Path, *, replace: bool) -> None:
    if name in list_shipped():
        raise InvalidPack([f"name: {name} is a pack of Facetally; give yours another name"])
    if (folder / name).exists() and not replace:
        raise InvalidPack([f"name: there is already a pack {name}; replace it, or rename yours"])


def remove_pack(name: str, folder: Path) -> bool:
    """Remove an operator's pack as a whole; False where there is none of that name."""
    if not (folder / name).is_dir():
        return False
    # Renamed first: whatever happens then, no part of it is taken for a pack.
    trash = Path(mkdtemp(prefix=UNFINISHED, dir=folder))
    (folder / name).rename(trash / name)
    shutil.rmtree(trash, ignore_errors=True)
    return True
