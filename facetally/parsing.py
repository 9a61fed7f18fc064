"""JSON to frozen dataclasses: unknown fields are ignored, missing or wrong ones refused."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
# From a part of the JSON to a value; raises ValueError where it doesn't fit.
Reader = Callable[[Any], Any]


def parse(kind: type[Value], data: object, **own: object) -> Value:
    """The value of a dataclass; `own` are its fields that are not in the JSON.

    Raises ValueError where the JSON doesn't fit.
    """
    whole: Any = kind
    return kind(**_find_fields_reader(whole)(data), **own)


@cache
def _find_reader(kind: Any) -> Reader:
    if is_dataclass(kind):
        make: Any = kind
        read = _find_fields_reader(make)
        return lambda data: make(**read(data))
    origin, parts = get_origin(kind), get_args(kind)
    if origin is UnionType:
        [inner] = [part for part in parts if part is not NoneType]
        return _read_optional(_find_reader(inner))
    if origin is tuple:
        return _read_list(parts)
    if origin is Mapping:
        return _read_mapping(_find_reader(parts[1]))
    return _SCALARS[kind]


@cache
def _find_fields_reader(kind: Any) -> Callable[[Any], dict[str, Any]]:
    """Fields without a repr are the client's own, and not in the JSON."""
    types = get_type_hints(kind)
    readers = {one.name: _find_reader(types[one.name]) for one in fields(kind) if one.repr}
    required = {one.name for one in fields(kind) if one.repr and one.default is MISSING}

    def read(data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise ValueError(f"expected an object, got {data!r}")
        if missing := required - data.keys():
            raise ValueError(f"{kind.__name__} lacks {', '.join(sorted(missing))}")
        return {name: read(data[name]) for name, read in readers.items() if name in data}

    return read


def _read_optional(read: Reader) -> Reader:
    return lambda data: None if data is None else read(data)


def _read_list(parts: tuple[Any, ...]) -> Reader:
    """Of any length, as tuple[str, ...], or of a fixed one, as tuple[int, int]."""
    if parts[-1] is Ellipsis:
        read_one = _find_reader(parts[0])
        return lambda data: tuple(map(read_one, _require_list(data)))
    readers = [_find_reader(part) for part in parts]
    return lambda data: tuple(
        read(one) for read, one in zip(readers, _require_list(data), strict=True)
    )


def _read_mapping(read: Reader) -> Reader:
    def read_all(data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise ValueError(f"expected an object, got {data!r}")
        return {name: read(value) for name, value in data.items()}

    return read_all


def _require_list(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise ValueError(f"expected a list, got {data!r}")
    return data


def _require(kind: type) -> Reader:
    def read(data: Any) -> Any:
        # A bool is an int to Python, and not to JSON.
        if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
            raise ValueError(f"expected {kind.__name__}, got {data!r}")
        return data

    return read


def _read_float(data: Any) -> float:
    if not isinstance(data, int | float) or isinstance(data, bool):
        raise ValueError(f"expected a number, got {data!r}")
    return float(data)


def _read_moment(data: Any) -> datetime:
    if not isinstance(data, str):
        raise ValueError(f"expected a time, got {data!r}")
    return datetime.fromisoformat(data)


_SCALARS: dict[Any, Reader] = {
    object: lambda data: data,
    str: _require(str),
    int: _require(int),
    bool: _require(bool),
    float: _read_float,
    datetime: _read_moment,
}
