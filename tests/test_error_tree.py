"""Every exception stands in the tree of `models/errors.py`, or in the one of the client."""

import ast
import builtins
import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

import facetally.errors
import models.errors
from models.errors import FacetallyError

ROOT = Path(__file__).parent.parent
PACKAGES = [
    name.removesuffix("*")
    for name in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"][
        "packages"
    ]["find"]["include"]
]
CLIENT = "facetally"
ROOTS = (FacetallyError, facetally.errors.Error)
# The scripts of Alembic run inside a migration only, and PyTorch is not installed everywhere.
NOT_IMPORTED = ("db.migrations", *(() if find_spec("torch") else ("training.fitting.",)))
LINE = re.compile(r"^((?:[|` ]   |\|-- |`-- )*)(\w+)")


def import_modules() -> Iterator[ModuleType]:
    for package in map(importlib.import_module, PACKAGES):
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(NOT_IMPORTED) and not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


@pytest.fixture(scope="module")
def modules() -> list[ModuleType]:
    return list(import_modules())


def list_errors(modules: list[ModuleType], packages: list[str]) -> set[type[BaseException]]:
    return {
        value
        for module in modules
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, BaseException)
        and value.__module__.partition(".")[0] in packages
    }


def read_drawing(text: str) -> dict[str, str]:
    """The name of each drawn class, with that of the one it is drawn under."""
    parents: dict[str, str] = {}
    path: list[str] = []
    _, _, tree = text.partition("\n\n")
    for line in tree.split("\n\n")[0].splitlines():
        drawn = LINE.match(line)
        if drawn is None:
            raise ValueError(f"not a line of the tree: {line!r}")
        depth = len(drawn[1]) // 4
        path[depth:] = [drawn[2]]
        parents[drawn[2]] = path[depth - 1] if depth else ""
    return parents


@pytest.mark.parametrize(
    ("drawn", "packages"),
    [
        (models.errors, [name for name in PACKAGES if name != CLIENT]),
        (facetally.errors, [CLIENT]),
    ],
    ids=["the server", "the client"],
)
def test_the_tree_is_drawn_whole_and_as_it_is(modules, drawn, packages):
    defined = {
        error.__name__: next(
            (base.__name__ for base in error.__bases__ if issubclass(base, ROOTS)), ""
        )
        for error in list_errors(modules, packages)
    }
    assert read_drawing(drawn.__doc__ or "") == defined


# Arguments that are refused, and what a protocol of Python or of a library asks for.
NOT_OURS = {
    "ValueError",
    "TypeError",
    "StopIteration",
    "SystemExit",
    "BadParameter",
    "UsageError",
    "NoSuchCommand",
    # The word of Python's tar reader for an archive that is damaged.
    "ReadError",
    # Sockets raise it for a client that is too slow, and gunicorn closes its connection.
    "TimeoutError",
    # httpx retries on these of its connection layer.
    "ConnectError",
    "ConnectTimeout",
}


def list_raised(module: ModuleType) -> Iterator[str]:
    """The classes that a module's `raise` statements name, less those of our tree."""
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = ast.unparse(called)
            value = resolve(module, name)
            if inspect.isclass(value) and not issubclass(value, ROOTS):
                yield value.__name__


def resolve(module: ModuleType, name: str) -> object:
    first, *others = name.split(".")
    value = getattr(module, first, getattr(builtins, first, None))
    for other in others:
        value = getattr(value, other, None)
    return value


def test_a_module_raises_errors_of_the_tree(modules):
    strangers = {module.__name__: set(list_raised(module)) - NOT_OURS for module in modules}
    assert {name: raised for name, raised in strangers.items() if raised} == {}
