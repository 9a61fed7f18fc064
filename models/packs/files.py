"""Which files a pack needs, and where they lie, checked before they are opened."""

from collections.abc import Iterable
from pathlib import Path

from models.errors import ModelUnavailable
from models.packs.names import DEFAULT_PACK
from models.packs.pack import Pack
from models.packs.parts import PackFile
from models.weights.catalog import FILES
from models.weights.folder import hash_file
from models.weights.pinned import PinnedFile


def list_pinned(packs: Iterable[Pack]) -> list[PinnedFile]:
    """The files of the catalog that these packs need, each once."""
    needed = {(file.name, file.sha256) for pack in packs for file in pack.files}
    return [file for file in FILES if (file.name, file.sha256) in needed]


def locate_file(pack: Pack, file: PackFile, weights_dir: Path) -> Path:
    """The path of a file of `pack`: in its own folder, else in the weights folder.

    Raises ModelUnavailable if it is missing, or is not the one that the pack names.
    """
    advice = _advise(pack, file)
    folders = [folder for folder in (pack.folder, weights_dir) if folder is not None]
    path = next((one for folder in folders if (one := folder / file.name).is_file()), None)
    if path is None:
        raise ModelUnavailable(
            f"{file.name} of the pack {pack.name} is missing in {' and '.join(map(str, folders))}. "
            f"{advice}"
        )
    found = hash_file(path)
    if found != file.sha256:
        raise ModelUnavailable(
            f"{path} is altered: the pack {pack.name} names the sha256 {file.sha256}, but it has "
            f"{found}. {advice}"
        )
    return path


def _advise(pack: Pack, file: PackFile) -> str:
    """A file of the catalog can be fetched, others only their owner has."""
    if any(file.name == pinned.name for pinned in list_pinned([pack])):
        return f"Run `{_name_command(pack)}`."
    return "Add the pack with the file whose sha256 its pack.toml names."


def _name_command(pack: Pack) -> str:
    fetch = "facetally weights fetch"
    return fetch if pack.name == DEFAULT_PACK else f"{fetch} --pack {pack.name}"
