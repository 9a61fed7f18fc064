"""Which files are found under paths."""

import os

import pytest

from facetally.files import (
    ARCHIVE_ENDINGS,
    KNOWN_ENDINGS,
    LocalFile,
    SizedFile,
    find_files,
    split_readable,
)
from models.pictures.endings import ARCHIVE_ENDINGS as OPENED_ENDINGS
from models.pictures.endings import SUBMITTED_ENDINGS
from tests.support.found_files import names_of, touch


def test_a_folder_is_walked_in_an_order_that_is_always_the_same(tmp_path):
    touch(tmp_path, "b.jpg", "a/2.PNG", "a/10.jpeg", "c/deep/er/1.webp", "a.zip")

    names = names_of(find_files([tmp_path]))

    assert names == ["a/10.jpeg", "a/2.PNG", "a.zip", "b.jpg", "c/deep/er/1.webp"]


def test_hidden_files_and_folders_are_left_out_and_other_files_are_counted(tmp_path):
    touch(tmp_path, "a.jpg", ".b.jpg", ".git/c.jpg", "notes.txt", "x/table.csv")

    found = find_files([tmp_path])

    assert names_of(found) == ["a.jpg"]
    assert found.skipped == 2


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path):
    touch(tmp_path, ".hidden", "notes.txt")

    found = find_files([tmp_path / ".hidden", tmp_path / "notes.txt"])

    assert names_of(found) == [".hidden", "notes.txt"]


def test_several_folders_keep_their_names_and_no_file_comes_twice(tmp_path):
    touch(tmp_path, "one/a.jpg", "two/a.jpg")

    found = find_files([tmp_path / "one", tmp_path / "two", tmp_path / "one" / "a.jpg"])

    assert names_of(found) == ["one/a.jpg", "two/a.jpg"]


def test_links_to_files_are_taken_and_links_to_folders_are_not_followed(tmp_path):
    touch(tmp_path, "photos/a.jpg", "elsewhere/b.jpg")
    (tmp_path / "photos" / "b.jpg").symlink_to(tmp_path / "elsewhere" / "b.jpg")
    (tmp_path / "photos" / "gone.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "photos" / "folder").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "photos" / "circle.jpg").symlink_to(tmp_path / "photos")

    found = find_files([tmp_path / "photos"])

    assert names_of(found) == ["a.jpg", "b.jpg", "gone.jpg"]
    assert found.files[1].uri == (tmp_path / "photos" / "b.jpg").as_uri()


def test_pipes_are_left_out(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")

    assert find_files([tmp_path]).files == []


def test_a_name_that_is_not_utf8_is_shown_readable_and_addressed_exactly(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    try:
        path.touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    [file] = find_files([tmp_path]).files

    assert file.name == "caf\N{REPLACEMENT CHARACTER}.jpg"
    assert file.uri.endswith("/caf%E9.jpg")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_reported(tmp_path):
    touch(tmp_path, "a.jpg", "closed/b.jpg")
    (tmp_path / "closed").chmod(0)

    found = find_files([tmp_path])

    (tmp_path / "closed").chmod(0o700)
    assert found.unreadable == [str(tmp_path / "closed")]


def test_files_that_cannot_be_opened_are_known_before_anything_is_sent(tmp_path):
    (tmp_path / "a").write_bytes(b"12")
    found = [LocalFile(str(tmp_path / name), name) for name in ("a", "gone")]

    readable, unreadable = split_readable(found)

    assert readable == [SizedFile(str(tmp_path / "a"), "a", 2)]
    assert unreadable == [str(tmp_path / "gone")]


def test_the_client_uploads_the_files_that_the_server_knows():
    assert set(KNOWN_ENDINGS) == set(SUBMITTED_ENDINGS)
    assert set(ARCHIVE_ENDINGS) == set(OPENED_ENDINGS)
