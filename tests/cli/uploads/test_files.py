"""Which files are found under the paths that were given."""

import os

import pytest

from cli.uploads.files import find_pictures


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names_of(findings):
    return [file.name for file in findings.files]


def test_a_folder_is_walked_in_an_order_that_is_always_the_same(tmp_path):
    touch(tmp_path, "b.jpg", "a/2.PNG", "a/10.jpeg", "c/deep/er/1.webp", "a.zip")

    names = names_of(find_pictures([tmp_path]))

    assert names == ["a/10.jpeg", "a/2.PNG", "a.zip", "b.jpg", "c/deep/er/1.webp"]


def test_hidden_files_and_folders_are_left_out_and_other_files_are_counted(tmp_path):
    touch(tmp_path, "a.jpg", ".b.jpg", ".git/c.jpg", "notes.txt", "x/table.csv")

    findings = find_pictures([tmp_path])

    assert names_of(findings) == ["a.jpg"]
    assert findings.skipped == 2
    assert "2" in findings.describe_gaps()[0]


def test_videos_are_found_by_their_names_and_by_how_they_begin(tmp_path):
    touch(tmp_path, "a.mp4", "b.MOV", "c.360")
    (tmp_path / "d.360").write_bytes(b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ")

    findings = find_pictures([tmp_path])

    assert names_of(findings) == ["a.mp4", "b.MOV", "d.360"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path):
    touch(tmp_path, ".hidden", "notes.txt")

    findings = find_pictures([tmp_path / ".hidden", tmp_path / "notes.txt"])

    assert names_of(findings) == [".hidden", "notes.txt"]


def test_several_folders_keep_their_names_and_no_file_comes_twice(tmp_path):
    touch(tmp_path, "one/a.jpg", "two/a.jpg")

    findings = find_pictures([tmp_path / "one", tmp_path / "two", tmp_path / "one" / "a.jpg"])

    assert names_of(findings) == ["one/a.jpg", "two/a.jpg"]


def test_links_to_files_are_taken_and_links_to_folders_are_not_followed(tmp_path):
    touch(tmp_path, "photos/a.jpg", "elsewhere/b.jpg")
    (tmp_path / "photos" / "b.jpg").symlink_to(tmp_path / "elsewhere" / "b.jpg")
    (tmp_path / "photos" / "gone.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "photos" / "folder").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "photos" / "circle.jpg").symlink_to(tmp_path / "photos")

    findings = find_pictures([tmp_path / "photos"])

    assert names_of(findings) == ["a.jpg", "b.jpg", "gone.jpg"]
    assert findings.files[1].uri == (tmp_path / "photos" / "b.jpg").as_uri()


def test_pipes_are_left_out(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")

    assert find_pictures([tmp_path]).files == []


def test_a_name_that_is_not_utf8_is_shown_readable_and_addressed_exactly(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    try:
        path.touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    [file] = find_pictures([tmp_path]).files

    assert file.name == "caf\N{REPLACEMENT CHARACTER}.jpg"
    assert file.uri.endswith("/caf%E9.jpg")


def test_results_inside_the_folder_are_not_taken_for_pictures(tmp_path):
    touch(tmp_path, "a.jpg", "out/thumbnails/1-a.jpg")
    link = tmp_path.parent / f"{tmp_path.name}-link"
    link.symlink_to(tmp_path)

    assert names_of(find_pictures([tmp_path], tmp_path / "out")) == ["a.jpg"]
    assert names_of(find_pictures([tmp_path], link / "out")) == ["a.jpg"]


def test_results_beside_the_pictures_are_not_taken_for_pictures(tmp_path):
    touch(tmp_path, "a.jpg", "thumbnails/1-a.jpg", "sub/b.jpg")

    assert names_of(find_pictures([tmp_path], tmp_path)) == ["a.jpg", "sub/b.jpg"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_told(tmp_path):
    touch(tmp_path, "a.jpg", "closed/b.jpg")
    (tmp_path / "closed").chmod(0)

    findings = find_pictures([tmp_path])

    (tmp_path / "closed").chmod(0o700)
    assert findings.unreadable == [str(tmp_path / "closed")]
    assert "closed" in findings.describe_gaps()[0]
