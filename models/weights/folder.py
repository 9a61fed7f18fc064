"""The folder of the pinned files: which are there, unchanged."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.errors import ModelUnavailable
from models.weights.pinned import PinnedFile

# In the user's cache, unless the setting names another.
DEFAULT_WEIGHTS_DIR = Path("~/.cache/facetally/weights")


class FileState(StrEnum):
    """The state of a pinned file in a folder."""

    READY = "ready"  # there, with the pinned sha256
    MISSING = "missing"  # not there
    ALTERED = "altered"  # there, with another sha256: truncated, or changed


@dataclass(frozen=True, slots=True)
class FileStatus:
    """A pinned file as found in a folder."""

    file: PinnedFile
    path: Path
    state: FileState


def default_weights_dir(environ: Mapping[str, str]) -> Path:
    """The folder that FACETALLY_WEIGHTS_DIR names, else one in the user's cache."""
    return Path(environ.get("FACETALLY_WEIGHTS_DIR") or DEFAULT_WEIGHTS_DIR).expanduser()


def check_file(weights_dir: Path, file: PinnedFile) -> FileStatus:
    """Read `file` in `weights_dir` and compare it with what is pinned."""
    path = weights_dir / file.name
    if not path.is_file():
        return FileStatus(file, path, FileState.MISSING)
    is_as_pinned = hash_file(path) == file.sha256
    return FileStatus(file, path, FileState.READY if is_as_pinned else FileState.ALTERED)


def list_files(weights_dir: Path, files: Iterable[PinnedFile]) -> list[FileStatus]:
    """Each of the `files` as found in `weights_dir`."""
    return [check_file(weights_dir, file) for file in files]


def require_file(weights_dir: Path, file: PinnedFile) -> Path:
    """The path of `file`. Raises ModelUnavailable if it is missing or altered."""
    status = check_file(weights_dir, file)
    if status.state != FileState.READY:
        raise ModelUnavailable(
            f"{file.name} is {status.state} in {weights_dir}. Run `facetally weights fetch`."
        )
    return status.path


def hash_bytes(data: bytes) -> str:
    """The sha256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def hash_file(path: Path) -> str:
    """The sha256 of a file of any size, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
