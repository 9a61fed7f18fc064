"""Tries a pack in a process of its own, within bounds of time and memory."""

import json
import subprocess
import sys
from pathlib import Path

from models.errors import InvalidPack
from models.packs.pack import Pack
from models.packs.reading import read_pack

# The largest shipped pack takes a tenth of either.
SECONDS = 120.0
MEMORY_BYTES = 4 << 30
LARGEST_FILE_BYTES = 1 << 30


def validate_pack(
    folder: Path,
    weights_dir: Path,
    *,
    seconds: float = SECONDS,
    memory_bytes: int = MEMORY_BYTES,
) -> Pack:
    """The pack in `folder` after a real run on made chips and on the sample pictures, if they are
    in `weights_dir`.

    Raises InvalidPack with a sentence for each fault. No code of a pack is run: its files are
    opened by model runtimes, in a child process that may take `memory_bytes` and `seconds`.
    """
    pack = read_pack(folder)
    for file in pack.files:
        path = folder / file.name
        if path.is_file() and path.stat().st_size > LARGEST_FILE_BYTES:
            raise InvalidPack([f"{file.name} has more than {LARGEST_FILE_BYTES} bytes"])
    faults = _run_trial(folder, weights_dir, seconds, memory_bytes)
    if faults:
        raise InvalidPack(faults)
    return pack


def _run_trial(folder: Path, weights_dir: Path, seconds: float, memory_bytes: int) -> list[str]:
    command = [
        sys.executable, "-P", "-m", "models.validation.trial",
        str(folder), str(weights_dir), str(memory_bytes),
    ]  # fmt: skip
    try:
        trial = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return [f"its models take longer than {seconds:.0f} seconds to open and to try"]
    lines = trial.stdout.strip().splitlines()
    if trial.returncode or not lines:
        return [
            f"its models end the process that tries them (status {trial.returncode}): a file is "
            f"damaged, or needs more than {memory_bytes / 2**30:.1f} GiB of memory"
        ]
    faults: list[str] = json.loads(lines[-1])
    return faults
