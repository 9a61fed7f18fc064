"""Uploaded files on disk: removed with their request, or with their process."""

import os
import tempfile
from multiprocessing import get_context
from pathlib import Path

import pytest

from api.staging import PREFIX, StagingFolder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_file_is_read_as_it_was_written_and_removed_at_its_end(temporary: Path) -> None:
    folder = StagingFolder()
    file, empty = folder.new_file(), folder.new_file()
    file.write(b"ab")
    file.write(b"cd")
    for one in (file, empty):
        one.seek(0)
    assert (file.read(), empty.read()) == (b"abcd", b"")
    path = file.path
    for one in (file, empty):
        one.close()
    assert not path.exists()
    other = folder.new_file().path
    assert not other.exists()
    folder.close()
    assert not list(temporary.iterdir())


def test_the_folder_of_a_dead_process_is_removed_and_that_of_a_living_one_is_not(
    temporary: Path,
) -> None:
    context = get_context("fork")
    opened, stop = context.Event(), context.Event()

    def upload(wait: bool) -> None:
        folder = StagingFolder()
        file = folder.new_file()
        file.write(b"x")
        opened.set()
        if wait:
            stop.wait()
        os._exit(0)

    dead = context.Process(target=upload, args=(False,))
    dead.start()
    dead.join()
    [left] = temporary.glob(f"{PREFIX}*")
    opened.clear()
    living = context.Process(target=upload, args=(True,))
    living.start()
    assert opened.wait(30)
    assert not left.exists()
    [used] = temporary.glob(f"{PREFIX}*")
    folder = StagingFolder()
    file = folder.new_file()
    assert used.exists()
    file.close()
    folder.close()
    stop.set()
    living.join()
