"""A real stack, and a visit to it by a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.programs.browser import Visit, run_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with run_server(tmp_path_factory.mktemp("data")) as url:
        yield url


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Visit]:
    opened = Visit(browser, server)
    yield opened
    opened.finish()
