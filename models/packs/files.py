"""Where the files of a pack lie, checked before they are opened."""

from pathlib import Path

from models.errors import ModelUnavailable
from models.packs.pack import Pack
from models.packs.parts import PackFile
from models.weights.folder import hash_file


def locate_file(pack: Pack, file: PackFile, weights_dir: Path) -> Path:
    """The path of a file of `pack`: in its own folder, else in the weights folder.

    Raises ModelUnavailable if it is missing, or is not the one that the pack names.
    """
    folders = [folder for folder in (pack.folder, weights_dir) if folder is not None]
    path = next((one for folder in folders if (one := folder / file.name).is_file()), None)
    if path is None:
        raise ModelUnavailable(
            f"{file.name} of the pack {pack.name} is missing in {' and '.join(map(str, folders))}. "
            "Run `facetally weights fetch`."
        )
    found = hash_file(path)
    if found != file.sha256:
        raise ModelUnavailable(
            f"{path} is altered: the pack {pack.name} names the sha256 {file.sha256}, but it has "
            f"{found}. Run `facetally weights fetch`."
        )
    return path
