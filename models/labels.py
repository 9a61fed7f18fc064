"""Labeled pictures in a CSV file: path, age, gender, subject, split. A bad row spoils no other."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.age_groups import LAST_AGE
from models.delimiters import delimiter_of
from models.errors import LabelsError

GENDERS = {"female": "female", "f": "female", "male": "male", "m": "male"}
# Words for an unknown label; they are not problems.
UNLABELED = ("", "unknown", "unk", "?", "na", "n/a", "nan", "none", "null", "-")
LONGEST_PATH = 1024
COLUMNS = ("path", "age", "gender", "subject", "split")


class RowProblem(StrEnum):
    """Why a row or a part of it was not used; failed pictures have the codes of items instead."""

    NO_PATH = "no_path"  # its path is empty or not valid
    REPEATED = "repeated"  # an earlier row has the same picture
    BAD_AGE = "bad_age"  # its age is not a number of years
    BAD_GENDER = "bad_gender"  # its gender is not female or male
    NO_LABEL = "no_label"  # no age and no gender: used for detection only
    NO_FACE = "no_face"  # no face was found in its picture
    UNCLEAR = "too_unclear"  # its face is too unclear to be judged


@dataclass(frozen=True, slots=True)
class LabelRow:
    """The values of a row; `path` is None if it has no usable picture."""

    line: int
    path: Path | None
    subject: str
    age_years: float | None
    gender: str | None
    problems: tuple[RowProblem, ...]
    split: str = ""  # the part of the table that it belongs to, if its author divided it


def read_labels(path: Path) -> list[LabelRow]:
    """Every row of the table; LabelsError if the file is not a table of labels."""
    try:
        # Spreadsheets start a file with a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as text:
            delimiter = delimiter_of(text.readline())
            text.seek(0)
            reader = csv.DictReader(text, delimiter=delimiter, restkey="")
            columns = _name_columns(path, reader.fieldnames or ())
            lines = [
                (reader.line_num, {name: row[column] or "" for name, column in columns.items()})
                for row in reader
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelsError(f"{path} cannot be read as UTF-8 text: {error}.") from error
    if not lines:
        raise LabelsError(f"{path} has no rows below its first line.")
    seen: set[Path] = set()
    return [_read_row(path.absolute().parent, line, row, seen) for line, row in lines]


def _name_columns(path: Path, found: Iterable[str]) -> dict[str, str]:
    columns = {name.strip().lower(): name for name in found}
    if "path" not in columns or not columns.keys() & {"age", "gender"}:
        raise LabelsError(
            f"{path}: its first line must name a column 'path', and 'age', 'gender' or both."
        )
    return {name: columns[name] for name in COLUMNS if name in columns}


def _read_row(folder: Path, line: int, row: Mapping[str, str], seen: set[Path]) -> LabelRow:
    problems = []
    path = _read_path(folder, row["path"])
    if path is None:
        problems.append(RowProblem.NO_PATH)
    elif path in seen:
        path = None
        problems.append(RowProblem.REPEATED)
    else:
        seen.add(path)
    age, gender = row.get("age", ""), row.get("gender", "")
    age_years, known = _read_age(age), _read_gender(gender)
    if age_years is None and _is_label(age):
        problems.append(RowProblem.BAD_AGE)
    if known is None and _is_label(gender):
        problems.append(RowProblem.BAD_GENDER)
    if age_years is None and known is None and not problems:
        problems.append(RowProblem.NO_LABEL)
    # A row without a subject shows a person of its own.
    subject = row.get("subject", "").strip() or f"line {line}"
    split = row.get("split", "").strip()
    return LabelRow(line, path, subject, age_years, known, tuple(problems), split)


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
