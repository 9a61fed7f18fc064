"""The prepared rows and chips of a training, so that an interrupted one need not start over."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.faces.rows import PackEstimate, PreparedRow
from training.files import write_json

CHIPS_FILE, ROWS_FILE = "chips.npy", "rows.json"


class FaceStore:
    """A folder with one chip for each row; a row without a face has a black one."""

    def __init__(self, folder: Path) -> None:
        self._chips = folder / CHIPS_FILE
        self._rows = folder / ROWS_FILE

    def exists(self) -> bool:
        """Whether every row was prepared: the rows are written last."""
        return self._rows.exists()

    def create_chips(self, rows: int, side: int) -> NDArray[np.uint8]:
        """An array (N, S, S, 3) in a file: a large set does not fit into memory."""
        shape = (rows, side, side, 3)
        return np.lib.format.open_memmap(self._chips, mode="w+", dtype=np.uint8, shape=shape)

    def write_rows(self, rows: Sequence[PreparedRow]) -> None:
        write_json(self._rows, [asdict(row) for row in rows])

    def read(self) -> tuple[list[PreparedRow], NDArray[np.uint8]]:
        """The rows, and their chips (N, S, S, 3) RGB, read from the file as they are used."""
        chips: NDArray[np.uint8] = np.load(self._chips, mmap_mode="r")
        stored = json.loads(self._rows.read_text(encoding="utf-8"))
        return [_read_row(row) for row in stored], chips


def _read_row(stored: dict[str, object]) -> PreparedRow:
    estimate = stored["estimate"]
    problems = stored["problems"]
    values = {
        **stored,
        "estimate": PackEstimate(**estimate) if isinstance(estimate, dict) else None,
        "problems": tuple(problems) if isinstance(problems, list) else (),
    }
    return PreparedRow(**values)  # type: ignore[arg-type]
