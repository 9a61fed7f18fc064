"""Tables of pyarrow and pandas, which are imported when they are asked for."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from io import BytesIO
from types import ModuleType
from typing import TYPE_CHECKING, Any

from facetally.errors import MissingPackage

if TYPE_CHECKING:
    import pandas
    import pyarrow

Row = Mapping[str, object]


def make_arrow(rows: Sequence[Row]) -> "pyarrow.Table":
    return _require("pyarrow").Table.from_pylist(list(rows))


def make_pandas(rows: Sequence[Row]) -> "pandas.DataFrame":
    return _require("pandas").DataFrame(list(rows))


def read_parquet(blocks: Iterable[bytes]) -> "pyarrow.Table":
    """The table of a Parquet file, all of it in memory."""
    parquet: Any = _require("pyarrow.parquet")
    return parquet.read_table(BytesIO(b"".join(blocks)))


def convert_to_pandas(table: "pyarrow.Table") -> "pandas.DataFrame":
    _require("pandas")
    return table.to_pandas()


def _require(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise MissingPackage(
            f"This needs {package}, which isn't installed: python -m pip install {package}"
        ) from error
