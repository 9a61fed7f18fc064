"""The words of a server: tags of jobs, and dimensions of items with their values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TagUse:
    """A tag, with the number of jobs that have it and of their items."""

    tag: str
    jobs: int
    items: int


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """A value with the items that ended and their faces; None for counts that are withheld."""

    value: str
    items: int
    faces: int | None


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension with its most frequent values, of which there are `distinct` in all."""

    name: str
    distinct: int
    values: tuple[DimensionValue, ...]
