"""Only allowed sources are read, and no more of a file than the limit."""

import os
from hashlib import blake2b
from io import BytesIO
from pathlib import Path

import pytest

from models.errors import ForbiddenItem, MissingItem, TooLargeItem, UnsupportedItem
from worker.sources.reader import Sources, VideoFound
from worker.sources.store import Store


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"picture")
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    return folder.resolve()


@pytest.fixture
def sources(root: Path, tmp_path: Path) -> Sources:
    return Sources(Store(f"file://{tmp_path}/store"), (root,), max_bytes=10)


def test_a_file_under_an_allowed_folder_is_read(sources: Sources, root: Path) -> None:
    assert sources.read((root / "a.jpg").as_uri()) == b"picture"
    assert sources.read(f"file://localhost{root}/a.jpg") == b"picture"


def test_a_video_is_recognized_by_its_first_bytes_and_downloaded(
    root: Path, tmp_path: Path
) -> None:
    film = b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 40
    (root / "a.jpg").write_bytes(film)
    renewals: list[bool] = []
    store = Store(f"file://{tmp_path}/store")
    sources = Sources(store, (root,), max_bytes=2000, max_video_bytes=len(film))
    with pytest.raises(VideoFound):
        sources.read((root / "a.jpg").as_uri())
    downloaded = BytesIO(b"what was there before")
    digest = sources.download((root / "a.jpg").as_uri(), downloaded, lambda: renewals.append(True))
    assert downloaded.getvalue() == film
    assert digest == blake2b(film, digest_size=16).digest()
    assert renewals
    short = Sources(store, (root,), max_bytes=2000, max_video_bytes=len(film) - 1)
    with pytest.raises(TooLargeItem):
        short.download((root / "a.jpg").as_uri(), downloaded, lambda: None)


@pytest.mark.parametrize("name", ["é ü.jpg", "a%20b.jpg", "a#b?c.jpg", "日本.jpg"])
def test_any_name_can_be_written_as_a_uri(sources: Sources, root: Path, name: str) -> None:
    (root / name).write_bytes(b"odd")
    assert sources.read((root / name).as_uri()) == b"odd"


def test_a_name_that_is_not_utf8_can_be_read(sources: Sources, root: Path) -> None:
    path = root / os.fsdecode(b"caf\xe9.jpg")
    path.write_bytes(b"latin")
    assert sources.read(path.as_uri()) == b"latin"


@pytest.mark.parametrize(
    "tail",
    ["../secret.jpg", "%2e%2e/secret.jpg", "x/../../secret.jpg", "link.jpg", "folder/secret.jpg"],
)
def test_nothing_outside_the_allowed_folders_is_read(
    sources: Sources, root: Path, tmp_path: Path, tail: str
) -> None:
    (root / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (root / "folder").symlink_to(tmp_path)
    with pytest.raises(ForbiddenItem):
        sources.read(f"{root.as_uri()}/{tail}")


def test_a_folder_whose_name_only_starts_alike_is_outside(
    sources: Sources, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "photos2").mkdir()
    (tmp_path / "photos2" / "a.jpg").write_bytes(b"other")
    with pytest.raises(ForbiddenItem):
        sources.read((tmp_path / "photos2" / "a.jpg").resolve().as_uri())


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        ("file:///etc/passwd", ForbiddenItem),
        ("file://otherhost/a.jpg", UnsupportedItem),
        ("ftp://host/a.jpg", UnsupportedItem),
        ("a.jpg", UnsupportedItem),
        ("file:///a%00b.jpg", MissingItem),
        ("store:nothing/1", MissingItem),
        ("store:../../secret.jpg", MissingItem),
        ("http://[", UnsupportedItem),
    ],
)
def test_other_addresses_are_refused(sources: Sources, uri: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        sources.read(uri)


def test_a_file_that_is_not_there_is_missing(sources: Sources, root: Path) -> None:
    with pytest.raises(MissingItem):
        sources.read((root / "b.jpg").as_uri())
    with pytest.raises(MissingItem):
        sources.read((root / "a.jpg" / "b.jpg").as_uri())


def test_a_file_over_the_limit_is_too_large(sources: Sources, root: Path) -> None:
    (root / "big.jpg").write_bytes(b"x" * 11)
    with pytest.raises(TooLargeItem):
        sources.read((root / "big.jpg").as_uri())


def test_folders_and_pipes_are_refused(sources: Sources, root: Path) -> None:
    os.mkfifo(root / "pipe.jpg")
    for path in (root / "pipe.jpg", root):
        with pytest.raises(UnsupportedItem):
            sources.read(path.as_uri())
