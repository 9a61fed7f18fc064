"""Completes the parts of a pack.toml with what is known of shipped parts and of pinned files."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from models.weights.catalog import FILES

PARTS_FILE = Path(__file__).with_name("shipped") / "parts.toml"
# What the catalog knows of a file need not be repeated.
CATALOG_KEYS = ("sha256", "license", "source", "training_data")

Table = dict[str, Any]


def complete_parts(table: Mapping[str, Any]) -> tuple[Table, list[str]]:
    """A pack's `table` with whole parts, and a fault for each `part` that does not exist."""
    completed, faults = dict(table), []
    for kind, part in _list_parts(completed):
        name = part.pop("part", None)
        if name is not None:
            shipped = read_parts()[kind]
            if name not in shipped:
                faults.append(f"{kind}: there is no part {name!r}; there are {', '.join(shipped)}")
            for key, value in shipped.get(name, {}).items():
                part.setdefault(key, value)
            if kind == "estimator":
                part.setdefault("name", name)
        _fill_in(part)
    return completed, faults


@cache
def read_parts() -> Mapping[str, Mapping[str, Table]]:
    """The shipped parts by kind (`detector`, `estimator`) and name."""
    return tomllib.loads(PARTS_FILE.read_text(encoding="utf-8"))


def _list_parts(table: Table) -> Iterator[tuple[str, Table]]:
    detector, estimators = table.get("detector"), table.get("estimator")
    if isinstance(detector, dict):
        yield "detector", detector
    for one in estimators if isinstance(estimators, list) else ():
        if isinstance(one, dict):
            yield "estimator", one


def _fill_in(part: Table) -> None:
    files = {file.name: file for file in FILES}
    if known := files.get(str(part.get("file"))):
        for key in CATALOG_KEYS:
            part.setdefault(key, getattr(known, key))
    if network := files.get(str(part.get("network"))):
        part.setdefault("network_sha256", network.sha256)
