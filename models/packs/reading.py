"""Reads a pack.toml, with a sentence for each fault."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from models.errors import InvalidPack
from models.packs.pack import Pack
from models.weights.catalog import FILES

PACK_FILE = "pack.toml"
# A list of estimators is written as one [[estimator]] after the other.
PARTS = {"estimator": "estimators"}
# What the catalog knows of a file need not be repeated.
CATALOG_KEYS = ("sha256", "license", "source")
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
    fields = {PARTS.get(key, key): value for key, value in table.items()}
    _fill_in(fields)
    if folder is not None:
        fields["folder"] = str(folder)
    try:
        # As JSON, so that arrays are taken as tuples though nothing else is converted.
        return _PACK.validate_json(json.dumps(fields, default=str), strict=True)
    except ValidationError as error:
        raise InvalidPack([_explain(fault, table) for fault in error.errors()]) from error


def _fill_in(fields: Mapping[str, object]) -> None:
    """Complete the parts whose files are in the catalog."""
    estimators = fields.get("estimators")
    parts = [fields.get("detector"), *(estimators if isinstance(estimators, list) else [])]
    files = {file.name: file for file in FILES}
    for part in parts:
        if not isinstance(part, dict):
            continue
        if known := files.get(str(part.get("file"))):
            for key in CATALOG_KEYS:
                part.setdefault(key, getattr(known, key))
        if network := files.get(str(part.get("network"))):
            part.setdefault("network_sha256", network.sha256)


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
