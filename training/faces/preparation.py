"""The rows of a table to chips, one picture at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import ItemError, MissingItem, TooLargeItem, UnreadableItem
from models.labels import LabelRow, RowProblem
from models.pictures.picture import Picture, decode_picture
from models.pictures.working_size import WorkingSize
from training.faces.cutters import CutFace, Cutter
from training.faces.resemblance import hash_picture
from training.faces.rows import PreparedRow
from training.faces.store import FaceStore

# The longer side that is enough to find faces in, and to cut them out.
WORKING_SIZE = WorkingSize(1920)
DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """The largest picture that is read."""

    file_bytes: int
    pixels: int


def prepare_rows(
    rows: Sequence[LabelRow],
    cutter: Cutter,
    limits: PictureLimits,
    store: FaceStore,
    side: int,
    report: Callable[[int, int], None],
) -> None:
    """Fill `store` with every row and its chip of `side` pixels; `report` is told how many of how
    many are done."""
    chips = store.create_chips(len(rows), side)
    prepared = []
    for number, row in enumerate(rows):
        prepared.append(_prepare_row(row, cutter, limits, chips[number]))
        report(number + 1, len(rows))
    chips.flush()  # type: ignore[attr-defined]
    store.write_rows(prepared)


def _prepare_row(
    row: LabelRow, cutter: Cutter, limits: PictureLimits, chip: NDArray[np.uint8]
) -> PreparedRow:
    if row.path is None:
        return _describe(row, failure=row.problems[0].value)
    try:
        data = _read_file(row.path, limits.file_bytes)
        picture = decode_picture(data, max_pixels=limits.pixels, working_size=WORKING_SIZE)
    except ItemError as error:
        return _describe(row, failure=error.code, message=str(error))
    cut = cutter.cut(picture)
    if cut is None:
        return _describe(row, failure=RowProblem.NO_FACE.value)
    chip[...] = cut.chip
    return _describe_face(row, data, picture, cut)


def _read_file(path: Path, most_bytes: int) -> bytes:
    try:
        if path.stat().st_size > most_bytes:
            raise TooLargeItem(f"The file has more than {most_bytes} bytes. Shrink it.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise MissingItem("There is no such file. Correct the path.") from error
    except OSError as error:
        raise UnreadableItem(f"The file cannot be read: {error.strerror}.") from error


def _describe(
    row: LabelRow,
    *,
    failure: str | None = None,
    message: str = "",
    digest: str = "",
    look: int = 0,
    cut: CutFace | None = None,
) -> PreparedRow:
    return PreparedRow(
        line=row.line,
        path="" if row.path is None else str(row.path),
        subject=row.subject,
        age_years=row.age_years,
        gender=row.gender,
        split=row.split,
        problems=tuple(one.value for one in row.problems),
        failure=failure,
        message=message,
        digest=digest,
        hash=look,
        faces=cut.faces if cut else 0,
        estimate=cut.estimate if cut else None,
    )


def _describe_face(row: LabelRow, data: bytes, picture: Picture, cut: CutFace) -> PreparedRow:
    digest = blake2b(data, digest_size=DIGEST_BYTES).hexdigest()
    return _describe(row, digest=digest, look=hash_picture(picture.rgb), cut=cut)
