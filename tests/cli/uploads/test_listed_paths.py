"""Paths that `find` prints, on lines or with NUL."""

from pathlib import Path

import pytest

from cli.exits import CommandFailed
from cli.uploads.listed_paths import find_listed
from tests.support.media.found_files import names_of, touch


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Where paths are relative to."""
    touch(tmp_path, "in/Berlin/a.jpg", "in/b\nc.jpg", "in/@eaDir/x.jpg", "in/notes.txt", "d.png")
    monkeypatch.chdir(tmp_path / "in")


def test_lines_are_paths_each_once_and_folders_are_passed_over():
    printed = b".\n./Berlin\n./Berlin/a.jpg\n../d.png\nBerlin/a.jpg\n\n"

    assert names_of(find_listed(printed)) == ["Berlin/a.jpg", "d.png"]


def test_names_begin_at_the_first_folder():
    found = find_listed(b"./Berlin/a.jpg\n../d.png")

    assert [file.name for file in found.files] == ["Berlin/a.jpg", "d.png"]


def test_with_nul_a_path_may_have_any_character():
    found = find_listed(b"./b\nc.jpg\0./@eaDir/x.jpg\0./notes.txt\0")

    assert [file.name for file in found.files] == ["b\nc.jpg"]
    assert found.left_out == {"generated": 1, "other": 1}


def test_a_path_that_leads_nowhere_ends_the_command():
    Path("broken.jpg").symlink_to("nowhere")

    assert len(find_listed(b"broken.jpg").files) == 1
    with pytest.raises(CommandFailed, match=r"There is no file 'gone.jpg'"):
        find_listed(b"./Berlin/a.jpg\ngone.jpg\n")
