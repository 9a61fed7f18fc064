"""Which files are found under paths."""

import os
from dataclasses import fields

import pytest

import facetally.local_files.litter
from facetally import Skipped
from facetally.local_files.files import (
    ARCHIVE_ENDINGS,
    KNOWN_ENDINGS,
    LocalFile,
    SizedFile,
    find_files,
    split_readable,
)
from facetally.local_files.heads import begins_as_archive, begins_as_media
from models.file_kinds import litter
from models.file_kinds.endings import ARCHIVE_ENDINGS as OPENED_ENDINGS
from models.file_kinds.endings import SUBMITTED_ENDINGS
from models.file_kinds.kinds import PICTURES, TAR, VIDEOS, ZIP
from models.file_kinds.recognition import is_media
from models.file_kinds.refused_kinds import (
    REFUSED_ARCHIVES,
    REFUSED_PICTURES,
    REFUSED_VIDEOS,
    SOUND,
)
from tests.support.media.found_files import names_of, touch

WINDOWS_MEDIA = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
TRANSPORT_STREAM = (b"G" + bytes([255]) * 187) * 6
ALL_KINDS = (
    *PICTURES, *VIDEOS, *REFUSED_ARCHIVES, *REFUSED_PICTURES, *REFUSED_VIDEOS, SOUND,
)  # fmt: skip


def test_a_folder_is_walked_in_an_order_that_is_always_the_same(tmp_path):
    touch(tmp_path, "b.jpg", "a/2.PNG", "a/10.jpeg", "c/deep/er/1.webp", "a.zip")

    names = names_of(find_files([tmp_path]))

    assert names == ["a/10.jpeg", "a/2.PNG", "a.zip", "b.jpg", "c/deep/er/1.webp"]


def test_hidden_files_and_folders_are_left_out_and_other_files_are_counted(tmp_path):
    touch(tmp_path, "a.jpg", ".b.jpg", ".git/c.jpg", "notes.txt", "x/table.csv")

    found = find_files([tmp_path])

    assert names_of(found) == ["a.jpg"]
    assert found.skipped == Skipped(other=2)


def test_contents_count_more_than_endings(tmp_path):
    contents = {
        "IMG_1.jpg(1)": b"\xff\xd8\xff\xe0", "noending": b"\x89PNG\r\n\x1a\n",
        "x.wmv": WINDOWS_MEDIA, "y.MTS": TRANSPORT_STREAM,
        "a.mp3": b"ID3", "b.txt": b"GGGG" * 300, "c.docx": b"PK\x03\x04", "d.json": b"{}",
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)

    found = find_files([tmp_path])

    assert names_of(found) == ["IMG_1.jpg(1)", "noending", "x.wmv", "y.MTS"]
    assert found.skipped == Skipped(other=4)


def test_what_systems_generate_and_what_is_deleted_is_left_out(tmp_path):
    touch(
        tmp_path,
        "a.jpg", "@eaDir/a.jpg/SYNOFILE_THUMB_M.jpg", "#recycle/b.jpg", "$RECYCLE.BIN/$R1.jpg",
        ".thumbnails/c.jpg", "__MACOSX/._a.jpg", "._a.jpg", "clip.THM", "sub/@eaDir/d.jpg",
        "Photos.photoslibrary/originals/1.jpg", "Photos.photoslibrary/resources/2.jpg",
        "Catalog Previews.lrdata/3.jpg",
    )  # fmt: skip

    found = find_files([tmp_path])

    assert names_of(found) == ["Photos.photoslibrary/originals/1.jpg", "a.jpg"]
    assert found.skipped == Skipped(generated=8, deleted=2)


@pytest.mark.parametrize(
    ("name", "content", "is_archive"),
    [
        ("a.zip", b"", True),
        ("a.tar.zst", b"", True),
        ("backup", b"PK\x03\x04", True),
        ("backup", bytes(257) + b"ustar", True),
        ("a.jpg", b"PK\x03\x04", False),
        ("backup", b"\xff\xd8\xff", False),
    ],
)
def test_an_archive_is_known_by_its_name_or_its_content(tmp_path, name, content, is_archive):
    path = tmp_path / name
    path.write_bytes(content)

    assert LocalFile(str(path), name).is_archive is is_archive


@pytest.mark.parametrize(
    "kind", [kind for kind in ALL_KINDS if kind.marks], ids=lambda kind: kind.name
)
def test_the_client_recognizes_what_the_server_does(kind):
    for at, mark in kind.marks:
        # AVI and WebP follow the mark of RIFF.
        head = (b"RIFF" + bytes(at))[:at] + mark
        assert begins_as_media(head) is is_media(head)
        assert begins_as_archive(head) is (kind in (ZIP, TAR))


@pytest.mark.parametrize("brand", [b"isom", b"qt  ", b"heic", b"avif", b"crx ", b"M4A ", b"M4B "])
def test_the_client_recognizes_the_brands_that_the_server_does(brand):
    head = b"\x00\x00\x00\x14ftyp" + brand + bytes(8)
    assert begins_as_media(head) is is_media(head)


def test_client_and_server_leave_out_the_same_files():
    rules = {name: rule for name, rule in vars(litter).items() if name.isupper()}
    assert rules.items() <= vars(facetally.local_files.litter).items()
    assert {one.name for one in fields(Skipped)} == set(litter.Litter)
    words = [word for rule in rules.values() for word in rule]
    paths = [
        path.split("/") for word in words for path in (word, f"{word}/b.jpg", f"a/{word}b.jpg")
    ]
    library = ["L.photoslibrary", "database", "1.jpg"]
    for path in (*paths, library, [*library[:1], "Originals", "1.jpg"]):
        assert facetally.local_files.litter.find_litter(path) == litter.find_litter(path)


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

    modified = (tmp_path / "a").stat().st_mtime_ns
    assert readable == [SizedFile(str(tmp_path / "a"), "a", 2, modified_nanoseconds=modified)]
    assert unreadable == [str(tmp_path / "gone")]


def test_the_client_uploads_the_files_that_the_server_knows():
    assert set(KNOWN_ENDINGS) == set(SUBMITTED_ENDINGS)
    assert set(ARCHIVE_ENDINGS) == set(OPENED_ENDINGS)
