"""Uploads stay in the store until they are removed."""

from io import BytesIO
from pathlib import Path

import pytest

from models.errors import TooLargeItem
from worker.sources.store import Store


def test_a_file_is_read_back_until_it_is_removed(tmp_path: Path) -> None:
    store = Store(f"file://{tmp_path}/a folder")
    folder = store.new_folder()
    uris = [store.write(folder, number, BytesIO(b"%d" % number), 10) for number in range(3)]
    with store.open(uris[2]) as file:
        assert file.read() == b"2"
    store.remove_folder(folder)
    store.remove_folder(folder)
    with pytest.raises(FileNotFoundError), store.open(uris[2]):
        pass


def test_a_file_over_the_limit_is_not_stored(tmp_path: Path) -> None:
    store = Store(f"file://{tmp_path}/store")
    folder = store.new_folder()
    with pytest.raises(TooLargeItem):
        store.write(folder, 1, BytesIO(b"12345"), 4)
    assert list((tmp_path / "store" / folder).iterdir()) == []


def test_two_folders_never_share_a_name(tmp_path: Path) -> None:
    store = Store(f"file://{tmp_path}")
    assert len({store.new_folder() for _ in range(100)}) == 100


def test_a_store_may_be_any_fsspec_file_system() -> None:
    store = Store("memory://bucket/prefix")
    uri = store.write(store.new_folder(), 1, BytesIO(b"x"), 10)
    with store.open(uri) as file:
        assert file.read() == b"x"
