"""Manifests, read a record at a time: CSV with a header, or a JSON object on each line."""

import csv
import posixpath
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from pydantic import ValidationError
from pydantic_core import from_json

from api import media_types
from api.errors import InvalidRequest
from api.schemas.items import ItemBody
from api.validation import LONGEST_FIELD, MOST_FIELDS, check_shape
from models.delimiters import delimiter_of
from models.errors import FacetallyError

# Any other column of a CSV file is a dimension of its item.
ITEM_COLUMNS = ("uri", "path", "name", "captured_at")
LONGEST_RECORD_BYTES = 1 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ManifestKind(StrEnum):
    """How the records are written."""

    CSV = media_types.CSV  # the first line names the columns
    NDJSON = media_types.NDJSON  # a JSON object on each line


ENDINGS = {
    ".csv": ManifestKind.CSV,
    ".ndjson": ManifestKind.NDJSON,
    ".jsonl": ManifestKind.NDJSON,
}


class ManifestError(FacetallyError):
    """A line that is not an item: the submitter corrects it and sends the manifest again."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


def kind_of(address: str) -> ManifestKind | None:
    """The kind of a manifest by the ending of its file name or address."""
    path = urlsplit(address).path if address.partition("://")[0] in ("http", "https") else address
    return ENDINGS.get(posixpath.splitext(path)[1].lower())


def read_manifest(file: BinaryIO, kind: ManifestKind, folder: str | None) -> Iterator[ItemBody]:
    """The items one by one; raises ManifestError for the first line that is not an item.

    Paths are relative to the address `folder`; without one they are refused.
    """
    lines = _Lines(file)
    records = _read_csv(lines) if kind is ManifestKind.CSV else _read_ndjson(lines)
    try:
        for fields in records:
            yield _make_item(lines.number, fields, folder)
    except csv.Error as error:
        raise ManifestError(lines.number, f"this is not CSV ({error}).") from error


class _Lines(Iterator[bytes]):
    """The lines of a file; raises ManifestError for a record that is too long to keep in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._record_bytes = 0
        self.number = 0

    def begin_record(self) -> None:
        self._record_bytes = 0

    def __next__(self) -> bytes:
        line = self._file.readline(LONGEST_RECORD_BYTES + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._record_bytes += len(line)
        if self._record_bytes > LONGEST_RECORD_BYTES:
            raise ManifestError(
                self.number, f"the record is longer than {LONGEST_RECORD_BYTES} bytes."
            )
        # Spreadsheets begin a file with a byte order mark.
        return line.removeprefix(BYTE_ORDER_MARK) if self.number == 1 else line


def _read_ndjson(lines: _Lines) -> Iterator[Mapping[str, object]]:
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


def _read_csv(lines: _Lines) -> Iterator[Mapping[str, object]]:
    head = next(_decode(lines), "")
    delimiter = delimiter_of(head)
    names = next(csv.reader([head], delimiter=delimiter, strict=True), [])
    _check_columns(names)
    lines.begin_record()
    for cells in csv.reader(_decode(lines), delimiter=delimiter, strict=True):
        if cells:
            yield _sort_cells(lines.number, names, cells)
        lines.begin_record()


def _decode(lines: _Lines) -> Iterator[str]:
    for line in lines:
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise ManifestError(lines.number, f"this is not UTF-8 ({error.reason}).") from error


def _check_columns(names: list[str]) -> None:
    if not {"uri", "path"} & set(names):
        raise ManifestError(1, "the first line must name the columns, one of them 'uri' or 'path'.")
    if len(names) > MOST_FIELDS:
        raise ManifestError(1, f"there are more than {MOST_FIELDS} columns.")
    if "" in names or len(set(names)) < len(names):
        raise ManifestError(1, "every column must have a name that no other column has.")


def _sort_cells(number: int, names: list[str], cells: list[str]) -> Mapping[str, object]:
    if len(cells) > len(names):
        raise ManifestError(number, "this has more cells than there are columns.")
    filled = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
    dimensions = {name: cell for name, cell in filled.items() if name not in ITEM_COLUMNS}
    item = {name: cell for name, cell in filled.items() if name in ITEM_COLUMNS}
    return {**item, "dimensions": dimensions}


def _make_item(number: int, fields: Mapping[str, object], folder: str | None) -> ItemBody:
    values = dict(fields)
    path = values.pop("path", None)
    if path is not None:
        values.setdefault("name", str(path))
        if "uri" not in values:
            values["uri"] = _locate(number, str(path), folder)
    try:
        return ItemBody.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(str(part) for part in fault["loc"])
        raise ManifestError(number, f"{field[:LONGEST_FIELD]}: {fault['msg']}.") from error


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
