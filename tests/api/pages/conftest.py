"""A real stack, and a visit to it by a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.programs.browser import Visit, run_server


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def server(data: Path) -> Iterator[str]:
    """One for all pages: a test looks only at jobs of its own, or at those with its own tag."""
    with run_server(data, min_cell="1") as url:
        yield url


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Visit]:
    opened = Visit(browser, server)
    yield opened
    opened.finish()
