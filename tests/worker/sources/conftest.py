"""One server of S3's protocol for all tests: fsspec opens a driver once per process."""

from collections.abc import Iterator

import pytest

from tests.support.buckets import environment_of, serve_buckets


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Its address."""
    with serve_buckets() as url:
        yield url


@pytest.fixture
def as_operator(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of an operator whose buckets are not Amazon's."""
    for name, value in environment_of(s3).items():
        monkeypatch.setenv(name, value)
