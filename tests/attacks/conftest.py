"""One stack for all attacks: each has to leave it as it was."""

from collections.abc import Iterator

import pytest

from tests.support.programs.target import Target, run_target


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    data = tmp_path_factory.mktemp("target")
    # As much as an operator may allow.
    allowed = {"sources": "https://", "file_roots": str(data / "photos")}
    with run_target(data, **allowed) as target:
        yield target


@pytest.fixture
def target(stack: Target) -> Iterator[Target]:
    """It answers before and after each attack, by the same processes."""
    stack.check_health()
    before = {one.pid for one in stack.find_api()}
    yield stack
    stack.check_health()
    assert {one.pid for one in stack.find_api()} == before, "a process of the API was replaced"
    assert not stack.find_log("Traceback")
