"""Archives: each file is an item, and a refused member harms no other."""

import io
import os
import zipfile

import pytest
from flask.testing import FlaskClient

from tests.support.answers.http import make_form, results, upload
from tests.support.media.archives import PICTURE, make_tar, make_zip, make_zst
from tests.support.work.worker import work_until_done
from worker.settings import Settings


@pytest.mark.parametrize(
    ("name", "archive"),
    [
        ("a.zip", make_zip({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE})),
        ("a.tar", make_tar({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE})),
        ("a.tar.gz", make_tar({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE}, "w:gz")),
        ("a.TGZ", make_tar({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE}, "w:gz")),
        ("a.tar.bz2", make_tar({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE}, "w:bz2")),
        ("zip without its ending", make_zip({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE})),
        ("tar without its ending", make_tar({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE})),
        ("a.tar.xz", make_tar({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE}, "w:xz")),
        ("xz without its ending", make_tar({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE}, "w:xz")),
        ("a.tar.zst", make_zst({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE})),
        ("tar.tgz", make_tar({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE})),
        ("tar.zip", make_tar({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE}, "w:gz")),
        ("zip.tar.bz2", make_zip({"x/1.jpg": PICTURE, "ü/2.jpg": PICTURE})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_file_of_an_archive_is_an_item(
    client: FlaskClient, settings: Settings, name: str, archive: bytes
) -> None:
    response = upload(client, {name: archive})
    work_until_done(settings)
    assert results(client, response) == {"x/1.jpg": "done", "ü/2.jpg": "done"}


@pytest.mark.parametrize(
    ("name", "archive"),
    [
        ("a.zip", b"PK\x03\x04 and nothing more"),
        ("a.zip", b""),
        ("a.zip", make_zip({"1.jpg": PICTURE})[:-30]),
        ("a.tar", b"no tar"),
        ("a.tar.gz", b"no gzip"),
        ("a.tar.xz", b"\xfd7zXZ\x00 and nothing more"),
        ("a.tar.xz", make_tar({"1.jpg": os.urandom(100_000)}, "w:xz")[:-50_000]),
        ("a.tar.zst", make_zst({"1.jpg": os.urandom(100_000)})[:-50_000]),
        ("a.tar.bz2", b"no bzip2"),
        ("a.tar.bz2", b"BZh9" + bytes(100)),
        ("a.tar.gz", make_tar({"1.jpg": os.urandom(100_000)}, "w:gz")[:-50_000]),
    ],
    ids=[
        "zip head",
        "empty zip",
        "cut zip",
        "no tar",
        "no gzip",
        "xz head",
        "cut xz",
        "cut zst",
        "no bzip2",
        "bad bzip2",
        "cut gzip",
    ],
)
def test_a_broken_archive_is_a_failed_item(client: FlaskClient, name: str, archive: bytes) -> None:
    response = upload(client, {name: archive, "good.jpg": PICTURE})
    assert response.status_code == 202
    found = results(client, response)
    assert found.pop("good.jpg") == "waiting"
    assert set(found.values()) == {"unreadable"}


def test_a_member_with_a_wrong_checksum_is_unreadable(client: FlaskClient) -> None:
    archive = bytearray(make_zip({"1.jpg": b"a" * 50}))
    at = archive.find(b"PK\x01\x02") + 16
    archive[at] ^= 0xFF
    response = upload(client, {"a.zip": bytes(archive)})
    assert results(client, response) == {"1.jpg": "unreadable"}


def test_an_encrypted_member_is_unsupported(client: FlaskClient) -> None:
    archive = bytearray(make_zip({"1.jpg": PICTURE}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.find(magic) + offset] |= 1
    response = upload(client, {"a.zip": bytes(archive)})
    assert results(client, response) == {"1.jpg": "unsupported"}


def test_a_tar_damaged_at_a_later_header_keeps_its_first_members(client: FlaskClient) -> None:
    archive = bytearray(make_tar({f"{number}.jpg": PICTURE for number in range(3)}))
    second = archive.find(b"1.jpg")
    archive[second + 148 : second + 156] = b"xxxxxxxx"
    response = upload(client, {"a.tar": bytes(archive)})
    assert results(client, response) == {"0.jpg": "waiting", "a.tar": "unreadable"}


def test_what_is_not_a_picture_is_left_out_and_counted(
    client: FlaskClient, settings: Settings
) -> None:
    members = {
        "a.jpg": PICTURE, "a.jpg.json": b"{}", "a.txt": b"a", "a.xmp": b"<x/>", "a.AAE": b"<?xml?>",
        "list.csv": b"a,b", "index.html": b"<html>", "noending": PICTURE, "._a.jpg": b"\x00\x05",
        "@eaDir/a.jpg/SYNOFILE_THUMB_M.jpg": PICTURE, "#recycle/b.jpg": PICTURE,
        "folder/.hidden.jpg": PICTURE,
    }  # fmt: skip
    for name, archive in (("a.zip", make_zip(members)), ("a.tar", make_tar(members))):
        response = upload(client, {name: archive})
        assert response.json["skipped"] == {"generated": 3, "deleted": 1, "other": 6}
        work_until_done(settings)
        assert results(client, response) == {"a.jpg": "done", "noending": "done"}


def test_what_is_left_out_of_a_draft_adds_up(client: FlaskClient) -> None:
    draft = client.post("/v1/jobs", json={"draft": True}).json["id"]
    for _ in range(2):
        archive = make_zip({"a.jpg": PICTURE, "a.txt": b"a"})
        response = client.post(f"/v1/jobs/{draft}/items", **make_form({"a.zip": archive}))
    assert response.json["skipped"] == {"generated": 0, "deleted": 0, "other": 2}


def test_an_archive_of_nothing_but_sidecars_is_a_failed_item(client: FlaskClient) -> None:
    response = upload(client, {"a.zip": make_zip({"a.txt": b"a"})})
    assert results(client, response) == {"a.zip": "unreadable"}


def test_folders_of_windows_are_no_items(client: FlaskClient) -> None:
    archive = make_zip({"photos\\": b"", "photos\\a.jpg": PICTURE})
    assert results(client, upload(client, {"a.zip": archive})) == {"photos/a.jpg": "waiting"}


def test_a_name_in_utf8_is_read_without_its_mark(client: FlaskClient) -> None:
    archive = make_zip({"写真.jpg": PICTURE, "caf\u00e9.jpg": PICTURE})
    # Bit 11 of the flags, in both headers of each member.
    for mark, at in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        archive = unset(archive, mark, at, 0x08)
    assert set(results(client, upload(client, {"a.zip": archive}))) == {"写真.jpg", "caf\u00e9.jpg"}


def unset(archive: bytes, mark: bytes, offset: int, bit: int) -> bytes:
    changed, at = bytearray(archive), -1
    while (at := archive.find(mark, at + 1)) >= 0:
        changed[at + offset] &= ~bit
    return bytes(changed)


def test_a_member_without_a_name_is_that_member_s_failure(client: FlaskClient) -> None:
    archive = make_zip({"?.jpg": PICTURE, "b.jpg": PICTURE})
    # In the list alone, which is what counts.
    at = archive.index(b"PK\x01\x02")
    changed = bytearray(archive[: at + 46] + archive[at + 46 + 5 :])
    changed[at + 28 : at + 30] = bytes(2)
    end = changed.rindex(b"PK\x05\x06")
    size = int.from_bytes(changed[end + 12 : end + 16], "little") - 5
    changed[end + 12 : end + 16] = size.to_bytes(4, "little")
    found = results(client, upload(client, {"a.zip": bytes(changed)}))
    assert found == {"unnamed": "unreadable", "b.jpg": "waiting"}


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_a_damaged_member_of_any_compression_is_unreadable(
    client: FlaskClient, method: int
) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("a.jpg", os.urandom(5000))
        archive.writestr("b.jpg", PICTURE)
    damaged = bytearray(stream.getvalue())
    damaged[40:140] = bytes(100)
    found = results(client, upload(client, {"a.zip": bytes(damaged)}))
    assert found == {"a.jpg": "unreadable", "b.jpg": "waiting"}


def test_a_document_is_no_archive(client: FlaskClient, settings: Settings) -> None:
    document = make_zip({"[Content_Types].xml": b"<x/>", "word/media/a.jpg": PICTURE})
    response = upload(client, {"a.docx": document})
    work_until_done(settings)
    assert results(client, response) == {"a.docx": "unsupported"}


def test_a_picture_that_is_called_an_archive_is_a_picture(
    client: FlaskClient, settings: Settings
) -> None:
    response = upload(client, {"a.zip": PICTURE})
    work_until_done(settings)
    assert results(client, response) == {"a.zip": "done"}


def test_an_empty_archive_is_a_failed_item(client: FlaskClient) -> None:
    response = upload(client, {"empty.zip": make_zip({})})
    assert results(client, response) == {"empty.zip": "unreadable"}
