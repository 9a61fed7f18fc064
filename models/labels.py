"""Labeled pictures in a CSV file: path, age, gender, subject, split, and the box of the face. A bad
row spoils no other."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.age_groups import LAST_AGE
from models.delimiters import delimiter_of
from models.errors import LabelsError
from models.face import Box

GENDERS = {"female": "female", "f": "female", "male": "male", "m": "male"}
# Words for an unknown label; they are not problems.
UNLABELED = ("", "unknown", "unk", "?", "na", "n/a", "nan", "none", "null", "-")
LONGEST_PATH = 1024
BOX_COLUMNS = ("x", "y", "width", "height")
COLUMNS = ("path", "age", "gender", "subject", "split")
# A picture has fewer pixels than this across.
LARGEST_PIXELS = 1_000_000


class RowProblem(StrEnum):
    """Why a row or a part of it was not used; failed pictures have the codes of items instead."""

    NO_PATH = "no_path"  # its path is empty or not valid
    REPEATED = "repeated"  # an earlier row has the same picture
    BAD_AGE = "bad_age"  # its age is not a number of years
    BAD_GENDER = "bad_gender"  # its gender is not female or male
    BAD_BOX = "bad_box"  # its box is not x, y, width and height in pixels, or not in the picture
    NO_LABEL = "no_label"  # no age and no gender: used for detection only
    NO_FACE = "no_face"  # no face was found in its picture
    UNCLEAR = "too_unclear"  # its face is too unclear to be judged


@dataclass(frozen=True, slots=True)
class LabelRow:
    """The values of a row; `path` is None if it has no usable picture.

    With `box` it is about the face there, else about the most prominent face of the picture; if it
    `is_empty`, its picture shows no face.
    """

    line: int
    path: Path | None
    subject: str
    age_years: float | None
    gender: str | None
    problems: tuple[RowProblem, ...]
    split: str = ""  # the part of the table that it belongs to, if its author divided it
    box: Box | None = None
    is_empty: bool = False


def read_labels(path: Path, *, with_boxes: bool = False) -> list[LabelRow]:
    """Every row of the table; LabelsError if the file is not a table of labels.

    A picture is in one row, or `with_boxes` in one for each face that has a box.
    """
    try:
        # Spreadsheets start a file with a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as text:
            delimiter = delimiter_of(text.readline())
            text.seek(0)
            reader = csv.DictReader(text, delimiter=delimiter, restkey="")
            columns = _name_columns(path, reader.fieldnames or (), with_boxes)
            lines = [
                (reader.line_num, {name: row[column] or "" for name, column in columns.items()})
                for row in reader
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelsError(f"{path} cannot be read as UTF-8 text: {error}.") from error
    if not lines:
        raise LabelsError(f"{path} has no rows below its first line.")
    seen = _Seen()
    return [_read_row(path.absolute().parent, line, row, seen) for line, row in lines]


class _Seen:
    """The faces of the rows so far. A picture with a row without a box has no other row."""

    def __init__(self) -> None:
        self._boxes: dict[Path, set[Box | None]] = {}

    def add(self, path: Path, box: Box | None) -> bool:
        """False if an earlier row is about the same face."""
        boxes = self._boxes.setdefault(path, set())
        if box in boxes or None in boxes or (boxes and box is None):
            return False
        boxes.add(box)
        return True


def _name_columns(path: Path, found: Iterable[str], with_boxes: bool) -> dict[str, str]:
    columns = {name.strip().lower(): name for name in found}
    boxes = columns.keys() & set(BOX_COLUMNS) if with_boxes else set()
    if boxes and len(boxes) < len(BOX_COLUMNS):
        missing = ", ".join(name for name in BOX_COLUMNS if name not in boxes)
        raise LabelsError(
            f"{path}: its first line names some columns of a box, but not {missing}. A box is "
            "x, y, width and height in pixels."
        )
    if "path" not in columns or not (columns.keys() & {"age", "gender"} or boxes):
        raise LabelsError(
            f"{path}: its first line must name a column 'path', and 'age', 'gender' or both."
        )
    return {name: columns[name] for name in (*COLUMNS, *boxes) if name in columns}


def _read_row(folder: Path, line: int, row: Mapping[str, str], seen: _Seen) -> LabelRow:
    problems = []
    path = _read_path(folder, row["path"])
    box, good = _read_box([row.get(name, "").strip() for name in BOX_COLUMNS])
    if path is None:
        problems.append(RowProblem.NO_PATH)
    elif not good:
        # It is not known which face of the picture it is about.
        path = None
        problems.append(RowProblem.BAD_BOX)
    elif not seen.add(path, box):
        path = None
        problems.append(RowProblem.REPEATED)
    age, gender = row.get("age", ""), row.get("gender", "")
    age_years, known = _read_age(age), _read_gender(gender)
    if age_years is None and _is_label(age):
        problems.append(RowProblem.BAD_AGE)
    if known is None and _is_label(gender):
        problems.append(RowProblem.BAD_GENDER)
    unlabeled = age_years is None and known is None and not problems
    is_empty = unlabeled and box is None and BOX_COLUMNS[0] in row
    if unlabeled and box is None and not is_empty:
        problems.append(RowProblem.NO_LABEL)
    # A row without a subject shows a person of its own.
    subject = row.get("subject", "").strip() or f"line {line}"
    split = row.get("split", "").strip()
    return LabelRow(line, path, subject, age_years, known, tuple(problems), split, box, is_empty)


def _read_box(cells: Sequence[str]) -> tuple[Box | None, bool]:
    """The box of four cells, None if they are empty, and whether they are one or the other."""
    if not any(_is_label(cell) for cell in cells):
        return None, True
    try:
        values = [float(cell) for cell in cells]
        x, y, right, bottom = (
            round(edge) for edge in (*values[:2], values[0] + values[2], values[1] + values[3])
        )
        if max(right, bottom) > LARGEST_PIXELS:
            return None, False
        # Labels made by hand reach beyond the edges of a picture.
        left, top = max(0, x), max(0, y)
        return Box(left, top, right - left, bottom - top), True
    except (ValueError, OverflowError):
        return None, False


def _read_path(folder: Path, text: str) -> Path | None:
    name = text.strip()
    if not name or len(name) > LONGEST_PATH or not name.isprintable():
        return None
    return folder / name


def _read_age(text: str) -> float | None:
    """Years, with a point or a comma; None for anything else."""
    try:
        years = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return years if 0 <= years <= LAST_AGE else None


def _read_gender(text: str) -> str | None:
    return GENDERS.get(text.strip().lower())


def _is_label(text: str) -> bool:
    return text.strip().lower() not in UNLABELED
