"""Manifests, read a record at a time: CSV with a header, or a JSON object on each line."""

import csv
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from pydantic import ValidationError
from pydantic_core import from_json

from api import media_types
from api.errors import InvalidRequest
from api.schemas.items import ItemBody
from api.submissions.manifest_lines import Lines, ManifestError
from api.validation import LONGEST_FIELD, MOST_FIELDS, check_shape
from models.delimiters import delimiter_of

# Any other column of a CSV file is a dimension of its item.
ITEM_COLUMNS = ("uri", "path", "name", "captured_at")
# The line with which spreadsheets are told the delimiter.
SEPARATOR = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)


class ManifestKind(StrEnum):
    """How the records are written."""

    CSV = media_types.CSV  # the first line names the columns
    NDJSON = media_types.NDJSON  # a JSON object on each line


ENDINGS = {
    ".csv": ManifestKind.CSV,
    ".ndjson": ManifestKind.NDJSON,
    ".jsonl": ManifestKind.NDJSON,
}


def kind_of(address: str) -> ManifestKind | None:
    """The kind of a manifest by the ending of its file name or address."""
    path = urlsplit(address).path if address.partition("://")[0] in ("http", "https") else address
    return ENDINGS.get(posixpath.splitext(path)[1].lower())


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item of a manifest, its path as it was given, and the last line of its record."""

    body: ItemBody
    path: str | None
    line: int


def read_manifest(file: BinaryIO, kind: ManifestKind, folder: str | None) -> Iterator[ListedItem]:
    """The items one by one; raises ManifestError for the first line that is not an item.

    Paths are relative to the address `folder`; without one they are refused.
    """
    lines = Lines(file)
    records = _read_csv(lines) if kind is ManifestKind.CSV else _read_ndjson(lines)
    try:
        for fields in records:
            yield _make_item(lines.number, fields, folder)
    except csv.Error as error:
        raise ManifestError(lines.number, f"this is not CSV ({error}).") from error


def _read_ndjson(lines: Lines) -> Iterator[Mapping[str, object]]:
    for line in lines:
        lines.begin_record()
        if not line.strip():
            continue
        try:
            fields = from_json(line)
        except ValueError as error:
            raise ManifestError(lines.number, f"this is not JSON ({error}).") from error
        if not isinstance(fields, dict):
            raise ManifestError(lines.number, "this is not a JSON object.")
        _check_fields(lines.number, fields)
        yield fields


def _check_fields(number: int, fields: Mapping[str, object]) -> None:
    """Each unknown field would be a fault of its own."""
    try:
        check_shape(fields)
    except InvalidRequest:
        problem = f"an object has more than {MOST_FIELDS} fields."
        raise ManifestError(number, problem) from None


def _read_csv(lines: Lines) -> Iterator[Mapping[str, object]]:
    delimiter, head = read_head(lines)
    names = _read_names(
        lines.number, next(csv.reader([head], delimiter=delimiter, strict=True), [])
    )
    lines.begin_record()
    for cells in csv.reader(lines, delimiter=delimiter, strict=True):
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield _sort_cells(lines.number, names, stripped)
        lines.begin_record()


def read_head(lines: Lines) -> tuple[str, str]:
    """The delimiter, and the first line that is not blank; one may tell the delimiter before."""
    delimiter = None
    for line in lines:
        if found := SEPARATOR.fullmatch(line):
            delimiter = found[1]
        elif line.strip():
            return delimiter or delimiter_of(line), line
    return ",", ""


def _read_names(number: int, cells: list[str]) -> list[str]:
    """The names of the columns; spreadsheets write empty ones, too."""
    names = [_read_name(cell) for cell in cells]
    if not {"uri", "path"} & set(names):
        raise ManifestError(
            max(1, number), "the first line must name the columns, one of them 'uri' or 'path'."
        )
    if len(names) > MOST_FIELDS:
        raise ManifestError(number, f"there are more than {MOST_FIELDS} columns.")
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise ManifestError(number, f"two columns are called {twice!r}. Rename one.")
    return names


def _read_name(cell: str) -> str:
    """A column of items may be written Path or "Captured at"; a dimension is called as it is."""
    name = " ".join(cell.split())
    plain = name.lower().replace(" ", "_").replace("-", "_")
    return plain if plain in ITEM_COLUMNS else name


def _sort_cells(number: int, names: list[str], cells: list[str]) -> Mapping[str, object]:
    surplus = next((cell for cell in cells[len(names) :] if cell), None)
    if surplus is not None:
        raise ManifestError(
            number, f"this has more cells than there are columns ({surplus[:40]!r})."
        )
    filled = [(name, cell) for name, cell in zip(names, cells, strict=False) if cell]
    unnamed = next((cell for name, cell in filled if not name), None)
    if unnamed is not None:
        raise ManifestError(
            number, f"{unnamed[:40]!r} is in a column without a name. Name it in the first line."
        )
    dimensions = {name: cell for name, cell in filled if name not in ITEM_COLUMNS}
    item = {name: cell for name, cell in filled if name in ITEM_COLUMNS}
    return {**item, "dimensions": dimensions}


def _make_item(number: int, fields: Mapping[str, object], folder: str | None) -> ListedItem:
    values = dict(fields)
    given = values.pop("path", None)
    path = None if given is None else str(given)
    if path is not None:
        values.setdefault("name", path)
        if "uri" not in values:
            values["uri"] = _locate(number, path, folder)
    try:
        return ListedItem(ItemBody.model_validate(values), path, number)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(str(part) for part in fault["loc"])
        # Pydantic begins the message of a ValueError with these words.
        problem = fault["msg"].removeprefix("Value error, ")
        raise ManifestError(number, f"{field[:LONGEST_FIELD]}: {problem}.") from error


def _locate(number: int, path: str, folder: str | None) -> str:
    if folder is None:
        problem = (
            "path: paths work only in a manifest that the server reads from an address. Give a uri."
        )
        raise ManifestError(number, problem)
    # Object names in buckets are used as they are; other addresses need escaping.
    located = path if folder.partition("://")[0] in ("s3", "gs", "az") else quote(path)
    if not path.startswith("/"):
        return folder + located
    if not folder.startswith("file://"):
        raise ManifestError(number, "path: this must not begin with a slash.")
    return "file://" + located


def folder_of(address: str) -> str:
    """The address of the folder that contains a file."""
    plain = address.partition("?")[0] if address.startswith("http") else address
    return plain.rpartition("/")[0] + "/"
