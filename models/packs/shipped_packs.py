"""The packs that come with Facetally, each in a folder of `shipped/`."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from models.packs.names import DEFAULT_PACK
from models.packs.pack import Pack
from models.packs.reading import read_pack

_SHIPPED = Path(__file__).with_name("shipped")


def list_shipped() -> tuple[str, ...]:
    """The names of all of them, the default first."""
    names = sorted(path.name for path in _SHIPPED.iterdir() if path.is_dir())
    return (DEFAULT_PACK, *(name for name in names if name != DEFAULT_PACK))


@cache
def read_shipped(name: str = DEFAULT_PACK) -> Pack:
    """The shipped pack of that name; its files lie in the weights folder."""
    return replace(read_pack(_SHIPPED / name), folder=None)
