"""Files that are either whole or not there, whenever the process ends."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file under another name, and rename it once its bytes are on the disk."""
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def write_json(path: Path, data: object) -> None:
    """Write a value as indented JSON."""
    text = json.dumps(data, ensure_ascii=False, indent=1)
    write_whole(path, lambda file: file.write(f"{text}\n".encode()))
