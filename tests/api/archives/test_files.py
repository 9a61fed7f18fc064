"""Archives: each file is an item, and a refused member harms no other."""

import io
import lzma
import os
import stat
import sys
import tarfile
import zipfile

import pytest
from flask.testing import FlaskClient

from tests.support.answers.http import OpenClient, make_form, results, stored_files, upload
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.worker import work_until_done
from worker.settings import Settings

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PICTURE = encode_scene("JPEG")


def make_zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def make_tar(members: dict[str, bytes], mode: str = "w") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def make_zst(members: dict[str, bytes]) -> bytes:
    return zstd.compress(make_tar(members))


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


def hostile_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.jpg", PICTURE)
        for name in ("../up.jpg", "/abs.jpg", "a/../../up2.jpg", "C:\\win.jpg", "..\\dots.jpg"):
            archive.writestr(name, PICTURE)
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("nested.zip", make_zip({"a.jpg": PICTURE}))
        archive.writestr("bomb.bmp", bytes(3_000_000))
        archive.writestr("__MACOSX/._good.jpg", b"litter")
        archive.writestr("folder/", b"")
        archive.writestr("folder/.DS_Store", b"litter")
    return stream.getvalue()


def hostile_tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name in ("good.jpg", "../up.jpg", "/abs.jpg", "a/../../up2.jpg"):
            info = tarfile.TarInfo(name)
            info.size = len(PICTURE)
            archive.addfile(info, io.BytesIO(PICTURE))
        for name, kind in (("link.jpg", tarfile.SYMTYPE), ("hard.jpg", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        device = tarfile.TarInfo("device.jpg")
        device.type = tarfile.CHRTYPE
        archive.addfile(device)
        bomb = tarfile.TarInfo("bomb.bmp")
        bomb.size = 3_000_000
        archive.addfile(bomb, io.BytesIO(bytes(bomb.size)))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "archive", "expected"),
    [
        (
            "a.zip",
            hostile_zip(),
            {
                "good.jpg": "done", "../up.jpg": "forbidden_source", "/abs.jpg": "forbidden_source",
                "a/../../up2.jpg": "forbidden_source", "C:/win.jpg": "forbidden_source",
                "../dots.jpg": "forbidden_source", "link.jpg": "forbidden_source",
                "nested.zip": "unsupported", "bomb.bmp": "too_large",
            },
        ),
        (
            "a.tgz",
            hostile_tar(),
            {
                "good.jpg": "done", "../up.jpg": "forbidden_source", "/abs.jpg": "forbidden_source",
                "a/../../up2.jpg": "forbidden_source", "link.jpg": "forbidden_source",
                "hard.jpg": "forbidden_source", "device.jpg": "forbidden_source",
                "bomb.bmp": "too_large",
            },
        ),
    ],
    ids=["zip", "tar"],
)  # fmt: skip
def test_a_hostile_archive_loses_only_its_hostile_members(
    open_client: OpenClient,
    settings: Settings,
    name: str,
    archive: bytes,
    expected: dict[str, str],
) -> None:
    client = open_client(max_item_bytes=2_000_000)
    before = set(settings.data_dir.parent.rglob("*.jpg"))
    response = upload(client, {name: archive})
    work_until_done(settings)
    assert results(client, response) == expected
    assert set(settings.data_dir.parent.rglob("*.jpg")) == before
    assert len(stored_files(settings)) == 1


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
def test_a_broken_archive_is_a_failed_item(
    client: FlaskClient, settings: Settings, name: str, archive: bytes
) -> None:
    response = upload(client, {name: archive, "good.jpg": PICTURE})
    assert response.status_code == 202
    work_until_done(settings)
    found = results(client, response)
    assert found.pop("good.jpg") == "done"
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


def test_a_tar_with_a_header_of_gigabytes_is_refused_unread(client: FlaskClient) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, (8 << 30) - 1
    response = upload(client, {"a.tar": info.tobuf(tarfile.USTAR_FORMAT) + bytes(4096)})
    assert results(client, response) == {"a.tar": "unreadable"}


def test_a_tar_damaged_at_a_later_header_keeps_its_first_members(client: FlaskClient) -> None:
    archive = bytearray(make_tar({f"{number}.jpg": PICTURE for number in range(3)}))
    second = archive.find(b"1.jpg")
    archive[second + 148 : second + 156] = b"xxxxxxxx"
    response = upload(client, {"a.tar": bytes(archive)})
    assert results(client, response) == {"0.jpg": "waiting", "a.tar": "unreadable"}


def test_skipped_bytes_count_against_the_budget(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.archives.bounds.ALWAYS_ALLOWED_BYTES", 1_000_000)
    archive = make_tar({"../refused.jpg": bytes(3_000_000), "good.jpg": PICTURE}, "w:bz2")
    response = upload(client, {"a.tar.bz2": archive})
    assert results(client, response) == {
        "../refused.jpg": "forbidden_source",
        "a.tar.bz2": "too_large",
    }


def test_many_small_archives_share_one_budget(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.archives.bounds.ALWAYS_ALLOWED_BYTES", 1_000_000)
    bomb = make_zip({"a.bmp": bytes(600_000)})
    response = upload(client, {"1.zip": bomb, "2.zip": bomb})
    page = client.get(f"/v1/jobs/{response.json['id']}/results").json["results"]
    assert [line["error"] and line["error"]["code"] for line in page] == [None, "too_large"]


def test_a_zip_whose_list_is_too_long_is_refused(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.archives.bounds.MOST_LIST_BYTES", 1000)
    archive = make_zip({f"{number}.jpg": b"" for number in range(100)})
    assert results(client, upload(client, {"a.zip": archive})) == {"a.zip": "unsupported"}


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


def test_a_hard_link_has_the_content_of_the_file_before_it(
    client: FlaskClient, settings: Settings
) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("x/a.jpg")
        info.size = len(PICTURE)
        archive.addfile(info, io.BytesIO(PICTURE))
        for name, kind, target in (
            ("hard.jpg", tarfile.LNKTYPE, "x/a.jpg"),
            ("lost.jpg", tarfile.LNKTYPE, "x/b.jpg"),
            ("soft.jpg", tarfile.SYMTYPE, "x/a.jpg"),
        ):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, target
            archive.addfile(link)
    response = upload(client, {"a.tar": stream.getvalue()})
    work_until_done(settings)
    assert results(client, response) == {
        "x/a.jpg": "done", "hard.jpg": "done", "lost.jpg": "forbidden_source",
        "soft.jpg": "forbidden_source",
    }  # fmt: skip
    job = response.json["id"]
    client.delete(f"/v1/jobs/{job}")


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


def test_xz_that_needs_too_much_memory_is_unsupported(client: FlaskClient) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 512 << 20}]
    archive = bytearray(lzma.compress(make_tar({"a.jpg": PICTURE}), filters=filters))
    found = results(client, upload(client, {"a.tar.xz": bytes(archive)}))
    assert found == {"a.tar.xz": "unsupported"}


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
