"""Buckets are read through their drivers: S3's real one against a server of its protocol, and the
way of the others' through a driver that keeps its files in memory.
"""

import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import fsspec
import pytest
from fsspec.asyn import AsyncFileSystem
from fsspec.implementations.asyn_wrapper import AsyncFileSystemWrapper
from fsspec.implementations.memory import MemoryFileSystem

from models.errors import (
    FetchFailed,
    ForbiddenItem,
    ItemError,
    MissingItem,
    TooLargeItem,
    UnsupportedItem,
)
from tests.support.servers.buckets import fill_bucket
from worker.addresses.address import AllowList
from worker.sources.buckets import RANGE_BYTES, Buckets
from worker.sources.reader import Sources
from worker.sources.store import Store

LARGE = bytes(range(256)) * (RANGE_BYTES // 256)
FILES = {
    "2026/a.jpg": b"picture",
    "2026/odd ü#?%41.jpg": b"odd",
    "2026/empty": b"",
    "2026/whole": LARGE,
    "2026/more": LARGE + b"more",
    "2025/a.jpg": b"last year's",
}


@pytest.fixture(scope="module", autouse=True)
def _filled(s3: str) -> None:
    for bucket in ("photos", "photos-private"):
        fill_bucket(s3, bucket, FILES)


def in_memory(scheme: str) -> AsyncFileSystem:
    files = MemoryFileSystem(skip_instance_cache=True)
    for name, content in FILES.items():
        files.pipe_file(f"/photos/{name}", content)
    return AsyncFileSystemWrapper(files)


def read(tmp_path: Path, uri: str, *prefixes: str, **changes: object) -> bytes:
    allowed = AllowList(prefixes)
    buckets = Buckets(allowed, in_memory) if not uri.startswith("s3:") else Buckets(allowed)
    arguments = {"max_bytes": 2 * RANGE_BYTES, "allowed": allowed, "buckets": buckets, **changes}
    store = Store(f"file://{tmp_path}/store")
    with closing(Sources(store, (), **arguments)) as sources:  # type: ignore[arg-type]
        return sources.read(uri)


SCHEMES = pytest.mark.parametrize("scheme", ["s3", "gs", "az"])


@SCHEMES
@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("2026/")])
@pytest.mark.usefixtures("as_operator")
def test_a_file_of_a_listed_bucket_is_read_whole(tmp_path: Path, scheme: str, name: str) -> None:
    prefix = f"{scheme}://photos/2026/"
    assert read(tmp_path, f"{scheme}://photos/{name}", prefix) == FILES[name]


@SCHEMES
@pytest.mark.usefixtures("as_operator")
def test_a_file_that_is_not_there_is_missing(tmp_path: Path, scheme: str) -> None:
    for uri in (f"{scheme}://photos/2026/none.jpg", f"{scheme}://gone/a.jpg"):
        with pytest.raises(MissingItem):
            read(tmp_path, uri, f"{scheme}://photos", f"{scheme}://gone")


@SCHEMES
@pytest.mark.usefixtures("as_operator")
def test_no_more_is_read_than_the_limit_of_an_item(tmp_path: Path, scheme: str) -> None:
    with pytest.raises(TooLargeItem):
        read(tmp_path, f"{scheme}://photos/2026/more", f"{scheme}://photos", max_bytes=RANGE_BYTES)


@SCHEMES
@pytest.mark.parametrize(
    "rest",
    [
        "photos-private/2026/a.jpg", "photos/2025/a.jpg", "photos/2026/../2025/a.jpg",
        "photos/2026/%2e%2e/2025/a.jpg", "PHOTOS/2026/a.jpg", "photos@photos-private/2026/a.jpg",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("as_operator")
def test_the_operators_credentials_open_no_other_bucket(
    tmp_path: Path, scheme: str, rest: str
) -> None:
    with pytest.raises(ItemError) as refused:
        read(tmp_path, f"{scheme}://{rest}", f"{scheme}://photos/2026")
    assert isinstance(refused.value, ForbiddenItem | UnsupportedItem)


@pytest.mark.usefixtures("as_operator")
def test_an_unavailable_store_fails_the_item_in_time(tmp_path: Path) -> None:
    allowed = AllowList(["s3://photos"])
    unavailable = Buckets(allowed, partial(fsspec.filesystem, endpoint_url="http://127.0.0.1:1"))
    with pytest.raises(FetchFailed):
        read(tmp_path, "s3://photos/2026/a.jpg", "s3://photos", seconds=0.5, buckets=unavailable)


class Refusing(MemoryFileSystem):
    """Answers as Google's driver does for a bucket that it may not read."""

    def cat_file(self, path: str, **_: object) -> bytes:
        raise OSError(f"Forbidden: {path}")


def test_a_bucket_that_refuses_access_differs_from_one_that_is_unavailable(tmp_path: Path) -> None:
    allowed = AllowList(["gs://photos"])
    buckets = Buckets(allowed, lambda _: AsyncFileSystemWrapper(Refusing()))
    with pytest.raises(ForbiddenItem, match="credentials"):
        read(tmp_path, "gs://photos/2026/a.jpg", "gs://photos", buckets=buckets)


def test_a_driver_that_is_not_installed_fails_the_item_and_is_named(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['s3fs'] = None;"
        "from worker.addresses.address import AllowList; from worker.sources.reader import Sources;"
        "from worker.sources.store import Store; from models.errors import ItemError;"
        f"sources = Sources(Store('file://{tmp_path}'), (), 9, AllowList(['s3://photos']));"
        "code = ''\n"
        "try: sources.read('s3://photos/a.jpg')\n"
        "except ItemError as error: print(error.code, error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("unsupported")
    assert "pip install 'facetally[s3]'" in run.stdout
