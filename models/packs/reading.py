"""Reads a pack.toml, with a sentence for each fault."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from models.errors import InvalidPack
from models.packs.completion import complete_parts
from models.packs.pack import Pack

PACK_FILE = "pack.toml"
# A list of estimators is written as one [[estimator]] after the other.
PARTS = {"estimator": "estimators"}
# A pack.toml is written by hand: a larger one is something else.
LARGEST_BYTES = 1 << 20

_PACK = TypeAdapter(Pack)


def read_pack(folder: Path) -> Pack:
    """The pack whose pack.toml and files are in `folder`. Raises InvalidPack with every fault."""
    path = folder / PACK_FILE
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InvalidPack([f"{PACK_FILE} has more than {LARGEST_BYTES} bytes"])
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InvalidPack([f"{PACK_FILE} is missing in {folder}"]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidPack([f"{PACK_FILE} cannot be read as UTF-8: {error}"]) from error
    return parse_pack(text, folder)


def parse_pack(text: str, folder: Path | None = None) -> Pack:
    """The pack that the `text` of a pack.toml describes. Raises InvalidPack with every fault."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidPack([f"{PACK_FILE} is not valid TOML: {error}"]) from error
    if "folder" in table:
        raise InvalidPack(["folder: unknown key"])
    table, faults = complete_parts(table)
    fields = {PARTS.get(key, key): value for key, value in table.items()}
    if folder is not None:
        fields["folder"] = str(folder)
    try:
        # As JSON, so that arrays are taken as tuples though nothing else is converted.
        pack = _PACK.validate_json(json.dumps(fields, default=str), strict=True)
    except ValidationError as error:
        faults += [_explain(fault, table) for fault in error.errors()]
        raise InvalidPack(faults) from error
    if faults:
        raise InvalidPack(faults)
    return pack


def _explain(fault: ErrorDetails, table: Mapping[str, object]) -> str:
    """One fault as a sentence that starts where it is."""
    place = _describe_place(fault["loc"], table)
    if fault["type"] == "missing":
        return f"{place}: missing"
    if fault["type"] == "unexpected_keyword_argument":
        return f"{place}: unknown key"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {message[:1].lower()}{message[1:]}" if place else message


def _describe_place(places: Sequence[int | str], table: Mapping[str, object]) -> str:
    """`estimator dlib-age, age.years` for the second of the estimators, named so."""
    if len(places) < 2 or places[0] != "estimators":
        return _join(places)
    number = places[1]
    listed = table.get("estimator")
    part = listed[number] if isinstance(listed, list) and isinstance(number, int) else None
    name = part.get("name") if isinstance(part, dict) else None
    where = f"estimator {name or int(number) + 1}"
    # After `age` and `gender` comes the kind of reading, which is no key.
    rest = [*places[2:3], *places[4:]] if places[2:3] in (("age",), ("gender",)) else places[2:]
    return ", ".join(filter(None, (where, _join(rest))))


def _join(places: Sequence[int | str]) -> str:
    return ".".join(str(place) for place in places)
