"""Which files a command takes, and what it says of the others."""

from collections import Counter

import pytest

from cli.exits import CommandFailed
from cli.uploads.files import describe_gaps, find_pictures, require_pictures
from cli.uploads.folders import check_folders
from facetally.local_files.files import FoundFiles
from tests.support.media.found_files import names_of, touch


def test_videos_are_found_by_their_names_and_by_how_they_begin(tmp_path):
    touch(tmp_path, "a.mp4", "b.MOV", "c.360")
    (tmp_path / "d.360").write_bytes(b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ")

    found = find_pictures([tmp_path])

    assert names_of(found) == ["a.mp4", "b.MOV", "d.360"]


def test_results_inside_the_folder_are_not_taken_for_pictures(tmp_path):
    touch(tmp_path, "a.jpg", "out/thumbnails/1-a.jpg")
    link = tmp_path.parent / f"{tmp_path.name}-link"
    link.symlink_to(tmp_path)

    assert names_of(find_pictures([tmp_path], tmp_path / "out")) == ["a.jpg"]
    assert names_of(find_pictures([tmp_path], link / "out")) == ["a.jpg"]


def test_results_next_to_the_pictures_are_not_taken_for_pictures(tmp_path):
    touch(tmp_path, "a.jpg", "thumbnails/1-a.jpg", "sub/b.jpg")

    assert names_of(find_pictures([tmp_path], tmp_path)) == ["a.jpg", "sub/b.jpg"]


def test_files_that_are_left_out_are_reported():
    left_out = Counter(generated=3, deleted=2, other=1)
    found = FoundFiles(left_out=left_out, unreadable=["/a/closed"])

    assert describe_gaps(found) == [
        "6 skipped: 3 generated (thumbnails and the like), 2 deleted (in a recycle bin), "
        "1 not photos or videos.",
        "Can't read these folders: /a/closed.",
    ]
    with pytest.raises(CommandFailed, match="no pictures or videos"):
        require_pictures(found)


def test_a_file_without_the_folders_that_are_dimensions_is_named_before_anything_is_sent(tmp_path):
    touch(tmp_path, "Berlin/cam2/a.jpg", "Berlin/b.jpg")
    found = find_pictures([tmp_path])

    with pytest.raises(
        CommandFailed, match=r"'Berlin/b.jpg' is in 1 folder.*Nothing was submitted"
    ):
        check_folders(found.files, {}, "store,camera")
    with pytest.raises(CommandFailed, match="'store' is given"):
        check_folders(found.files, {"store": "Lyon"}, "store")
    check_folders(found.files, {"camera": "east"}, "store")
