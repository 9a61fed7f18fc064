"""The markers of a test follow from what its code uses, in helpers and fixtures, too."""

import contextlib
import functools
import subprocess
import sys
from collections.abc import Iterator

import pytest

from db.engine import Database
from tests.support.programs.browser import run_server
from tests.support.programs.cli import Terminal
from tests.support.run.markers import find_modules


@contextlib.contextmanager
def start_nothing() -> Iterator[None]:
    yield


@functools.cache
def start_python() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


class Starter:
    @property
    def started(self) -> None:
        return start_python()


def use_nothing() -> None:
    with start_nothing():
        pass


def use_helper() -> None:
    start_python()


def use_helper_inside() -> None:
    [started for started in (Starter().started,)]


def use_terminal() -> None:
    with Terminal() as terminal:
        terminal.run("--help")


def use_server() -> None:
    with run_server(...):
        pass


@pytest.mark.parametrize("function", [use_helper, use_helper_inside, use_terminal, use_server])
def test_a_process_that_a_helper_starts_is_found(function):
    assert "subprocess" in find_modules(function)


def test_code_that_starts_no_process_is_not_taken_for_it():
    assert "subprocess" not in find_modules(use_nothing)


def test_a_test_on_postgresql_is_marked(database: Database, request: pytest.FixtureRequest):
    is_marked = request.node.get_closest_marker("postgresql") is not None

    assert is_marked == (database.engine.dialect.name == "postgresql")


@pytest.mark.parametrize("name", ["one", "two"])
def test_a_test_that_starts_nothing_has_no_marker(request, name):
    markers = {marker.name for marker in request.node.iter_markers()}

    assert markers == {"parametrize"}


@pytest.fixture
def python() -> None:
    start_python()


def test_a_test_whose_fixture_starts_a_process_is_marked(python, request):
    assert request.node.get_closest_marker("processes")


def import_inside() -> None:
    import multiprocessing  # noqa: PLC0415

    multiprocessing.active_children()


def test_what_a_function_imports_itself_is_found():
    assert "multiprocessing" in find_modules(import_inside)
