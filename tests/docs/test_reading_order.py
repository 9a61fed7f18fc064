"""Each `__init__.py` lists the files of its folder, what the others use first."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.support.answers.documents import ROOT

# Not those of environments, whose names begin with a dot: they have thousands of files.
LISTINGS = {
    str(file.parent.relative_to(ROOT)): listing
    for folder in sorted(ROOT.glob("[!.]*/"))
    for file in sorted(folder.rglob("__init__.py"))
    if "In reading order:\n\n" in (listing := file.read_text())
}


def read_listing(text: str) -> list[str]:
    docstring = ast.get_docstring(ast.parse(text)) or ""
    return re.findall(r"^(\w+) ", docstring.partition("In reading order:\n\n")[2], re.MULTILINE)


def list_modules(folder: Path) -> set[str]:
    files = {file.stem for file in folder.glob("*.py") if not file.stem.startswith("__")}
    return files | {file.parent.name for file in folder.glob("*/*.py")}


def list_imports(source: Path, package: str) -> Iterator[str]:
    """What a module of the package, or one inside of it, imports of the package at once."""
    for file in source.rglob("*.py") if source.is_dir() else [source.with_suffix(".py")]:
        for name in read_imports(file):
            if name.startswith(f"{package}."):
                yield name.removeprefix(f"{package}.").split(".")[0]


@cache
def read_imports(file: Path) -> Sequence[str]:
    """What a module imports at once: read once, though it lies in several listed folders."""
    return [
        f"{node.module}.{one.name}"
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.ImportFrom) and node.module is not None
        for one in node.names
    ]


@pytest.mark.parametrize("folder", LISTINGS)
def test_a_folder_lists_all_of_its_modules(folder: str) -> None:
    assert set(read_listing(LISTINGS[folder])) == list_modules(ROOT / folder)


@pytest.mark.parametrize("folder", LISTINGS)
def test_a_module_imports_none_that_is_listed_below_it(folder: str) -> None:
    order = read_listing(LISTINGS[folder])
    package = folder.replace("/", ".")
    later = {
        (name, imported)
        for at, name in enumerate(order)
        for imported in list_imports(ROOT / folder / name, package)
        if imported in order[at + 1 :]
    }
    assert later == set()
