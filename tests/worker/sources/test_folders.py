"""Folders of the server and buckets are listed page by page, from any file on."""

from pathlib import Path

import pytest
from fsspec.implementations.asyn_wrapper import AsyncFileSystemWrapper
from fsspec.implementations.memory import MemoryFileSystem

from models.errors import ForbiddenItem, ItemError, MissingItem, UnsupportedItem
from tests.support.media.found_files import touch
from tests.support.servers.buckets import fill_bucket
from worker.addresses.address import AllowList
from worker.addresses.folder_address import FolderAddress
from worker.sources.buckets import Buckets
from worker.sources.files import Files
from worker.sources.folders import Folders

NAMES = ["a.jpg", "a/1.jpg", "a/b/2.jpg", "a/c.jpg", "b ü#%41.jpg", "d/3.jpg"]


@pytest.fixture(scope="module", autouse=True)
def _filled(s3: str) -> None:
    fill_bucket(s3, "listed", {f"2026/{name}": b"x" for name in [*NAMES, "old/"]})


def open_folders(root: Path, *prefixes: str) -> Folders:
    allowed = AllowList(prefixes)
    return Folders(Files([root]), Buckets(allowed), allowed, page_files=2)


def list_names(folders: Folders, uri: str, after: str | None = None) -> list[str]:
    pages = list(folders.list_pages(FolderAddress.parse(uri), after))
    assert all(len(page) <= 2 for page in pages)
    return [file.name for page in pages for file in page]


def test_a_bucket_is_listed_from_any_file_on(as_operator: None, tmp_path: Path) -> None:
    folders = open_folders(tmp_path, "s3://listed/2026/")
    found = list_names(folders, "s3://listed/2026/")
    assert sorted(found) == sorted([*NAMES, "old/"])
    for number, name in enumerate(found):
        assert list_names(folders, "s3://listed/2026/", name) == found[number + 1 :]
    [page] = folders.list_pages(FolderAddress.parse("s3://listed/2026/b*"), None)
    assert [(file.uri, file.name) for file in page] == [
        ("s3://listed/2026/b ü#%41.jpg", "b ü#%41.jpg")
    ]


@pytest.mark.parametrize("scheme", ["gs", "az"])
def test_buckets_of_other_stores_are_listed_folder_by_folder(tmp_path: Path, scheme: str) -> None:
    files = MemoryFileSystem(skip_instance_cache=True)
    for name in NAMES[1:]:
        files.pipe_file(f"/{scheme}-listed/2026/{name}", b"x")
    allowed = AllowList([f"{scheme}://{scheme}-listed/"])
    buckets = Buckets(allowed, lambda _: AsyncFileSystemWrapper(files))
    folders, uri = Folders(Files([]), buckets, allowed, page_files=2), f"{scheme}://{scheme}-listed"
    found = list_names(folders, f"{uri}/2026/")
    assert found == sorted(NAMES[1:], key=lambda name: name.encode().split(b"/"))
    for number, name in enumerate(found):
        assert list_names(folders, f"{uri}/2026/", name) == found[number + 1 :]
    [page, *_] = folders.list_pages(FolderAddress.parse(uri), None)
    assert (page[0].uri, page[0].name) == (f"{uri}/2026/a/1.jpg", "2026/a/1.jpg")
    before = page[0].version
    files.pipe_file(f"/{scheme}-listed/2026/a/1.jpg", b"another")
    [page, *_] = folders.list_pages(FolderAddress.parse(uri), None)
    assert page[0].version != before
    with pytest.raises(MissingItem):
        list_names(folders, f"{uri}/2025/")


def test_a_folder_is_listed_from_any_file_on(tmp_path: Path) -> None:
    touch(tmp_path, *NAMES[1:])
    (tmp_path / "linked").symlink_to(tmp_path / "a")
    (tmp_path / "e.jpg").symlink_to(tmp_path / "a" / "1.jpg")
    folders, uri = open_folders(tmp_path.resolve()), tmp_path.as_uri() + "/"
    found = list_names(folders, uri)
    assert found == [*NAMES[1:], "e.jpg"]
    for number, name in enumerate(found):
        assert list_names(folders, uri, name) == found[number + 1 :]
    [*_, last] = folders.list_pages(FolderAddress.parse(uri), "a/c.jpg")
    assert Files([tmp_path.resolve()]).read(last[-1].uri)


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        ("s3://listed/2025/", ForbiddenItem),
        ("s3://listed/", ForbiddenItem),
        ("s3://listed/20*/a.jpg", ForbiddenItem),
        ("s3://listed/2026/../2025/", ForbiddenItem),
        ("s3://gone/", MissingItem),
        ("file:///etc/", ForbiddenItem),
        ("gs://photos/", ForbiddenItem),
        ("https://photos/", UnsupportedItem),
    ],
)
def test_what_may_not_or_cannot_be_listed_is_refused(
    as_operator: None, tmp_path: Path, uri: str, error: type[ItemError]
) -> None:
    folders = open_folders(tmp_path.resolve(), "s3://listed/2026/", "s3://gone/")
    with pytest.raises(error):
        list_names(folders, uri)


def test_a_link_out_of_the_allowed_folders_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "allowed").mkdir()
    (tmp_path / "allowed" / "out").symlink_to("/etc")
    folders = open_folders((tmp_path / "allowed").resolve())
    with pytest.raises(ForbiddenItem):
        list_names(folders, (tmp_path / "allowed" / "out").as_uri() + "/")
    with pytest.raises(MissingItem):
        list_names(folders, (tmp_path / "allowed" / "gone").as_uri() + "/")
