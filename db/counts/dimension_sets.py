"""Dimension sets: all dimension values of an item together, spelled as text."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

# Dimension sets that are cached after their JSON was read.
DIMENSION_SETS_KEPT = 4096


def spell_dimensions(dimensions: Mapping[str, str]) -> str:
    """The only spelling of a dimension set: JSON with sorted keys, empty for no dimensions."""
    return json.dumps(dimensions, sort_keys=True, ensure_ascii=False) if dimensions else ""


@lru_cache(DIMENSION_SETS_KEPT)
def read_dimension_set(dimension_set: str) -> Mapping[str, str]:
    return MappingProxyType(json.loads(dimension_set) if dimension_set else {})


def values_in(
    dimension_set: str, names: Sequence[str], wanted: Mapping[str, str]
) -> tuple[str | None, ...] | None:
    """The values of these dimensions; None where the set has not the wanted values."""
    if not (names or wanted):
        return ()
    dimensions = read_dimension_set(dimension_set)
    if any(dimensions.get(name) != value for name, value in wanted.items()):
        return None
    return tuple(dimensions.get(name) for name in names)
