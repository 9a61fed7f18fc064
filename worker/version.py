"""Which Facetally this is."""

from functools import cache
from importlib.metadata import version


@cache
def read_version() -> str:
    """As it was installed; its metadata are read once."""
    return version("facetally")
