"""Lists of items in a file: CSV with a header, or a JSON object on each line."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from api.requests import ItemBody
from cli.exits import CommandFailed

CSV_ENDING = ".csv"
NDJSON_ENDINGS = (".ndjson", ".jsonl")
# Any other column of a CSV file is a dimension of its item.
ITEM_COLUMNS = ("uri", "path", "name", "captured_at")


def is_manifest(path: Path) -> bool:
    return path.suffix.lower() in (CSV_ENDING, *NDJSON_ENDINGS)


def read_manifest(path: Path) -> Iterator[ItemBody]:
    """Its items one by one; CommandFailed names the first line that is not one."""
    read_fields = _read_csv if path.suffix.lower() == CSV_ENDING else _read_ndjson
    try:
        for number, fields in read_fields(path):
            yield _make_item(path, number, fields)
    except (UnicodeDecodeError, csv.Error) as error:
        raise CommandFailed(f"{path} cannot be read as UTF-8 text: {error}.") from error


def _read_csv(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    # Spreadsheets begin the file with a mark, and many write semicolons for commas.
    with path.open(encoding="utf-8-sig", newline="") as text:
        head = text.readline()
        text.seek(0)
        delimiter = ";" if head.count(";") > head.count(",") else ","
        reader = csv.DictReader(text, delimiter=delimiter, restkey="", strict=True)
        if not {"uri", "path"} & set(reader.fieldnames or ()):
            raise CommandFailed(f"{path}: its first line must name a column 'uri' or 'path'.")
        for row in reader:
            yield reader.line_num, _sort_columns(path, reader.line_num, row)


def _sort_columns(path: Path, number: int, row: Mapping[str, str | None]) -> Mapping[str, object]:
    if "" in row:
        raise CommandFailed(f"{path}, line {number}: it has more cells than there are columns.")
    filled = {name: value for name, value in row.items() if value}
    dimensions = {name: value for name, value in filled.items() if name not in ITEM_COLUMNS}
    item = {name: value for name, value in filled.items() if name in ITEM_COLUMNS}
    return {**item, "dimensions": dimensions}


def _read_ndjson(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            fields = _parse_line(path, number, line)
            yield number, fields


def _parse_line(path: Path, number: int, line: str) -> Mapping[str, object]:
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise CommandFailed(f"{path}, line {number}: it is not JSON ({error}).") from error
    if not isinstance(fields, dict):
        raise CommandFailed(f"{path}, line {number}: expected a JSON object.")
    return fields


def _make_item(path: Path, number: int, fields: Mapping[str, object]) -> ItemBody:
    values = dict(fields)
    file = values.pop("path", None)
    if file is not None:
        # Paths are meant from where the manifest lies.
        values.setdefault("uri", (path.absolute().parent / str(file)).as_uri())
        values.setdefault("name", str(file))
    try:
        return ItemBody.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(str(part) for part in fault["loc"])
        raise CommandFailed(f"{path}, line {number}: {field}: {fault['msg']}.") from error


def write_job(items: Sequence[bytes], tags: Iterable[str]) -> Iterator[bytes]:
    """The JSON of a submission whose items are JSON already."""
    yield b'{"tags": ' + json.dumps(list(tags)).encode() + b', "items": ['
    yield b",\n".join(items)
    yield b"]}"
