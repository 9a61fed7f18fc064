"""Archives: each file is an item, and a refused member harms no other."""

import io
import os
import stat
import tarfile
import zipfile

import pytest
from flask.testing import FlaskClient

from tests.support.http import OpenClient, results, stored_files, upload
from tests.support.sample_pictures import encode_scene
from tests.support.work import work_until_done
from worker.settings import Settings

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
    archive = bytearray(make_zip({"1.txt": b"a" * 50}))
    at = archive.find(b"PK\x01\x02") + 16
    archive[at] ^= 0xFF
    response = upload(client, {"a.zip": bytes(archive)})
    assert results(client, response) == {"1.txt": "unreadable"}


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
    monkeypatch.setattr("api.submissions.archive_bounds.ALWAYS_ALLOWED_BYTES", 1_000_000)
    archive = make_tar({"../refused.jpg": bytes(3_000_000), "good.jpg": PICTURE}, "w:bz2")
    response = upload(client, {"a.tar.bz2": archive})
    assert results(client, response) == {
        "../refused.jpg": "forbidden_source",
        "a.tar.bz2": "too_large",
    }


def test_many_small_archives_share_one_budget(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.submissions.archive_bounds.ALWAYS_ALLOWED_BYTES", 1_000_000)
    bomb = make_zip({"a.bmp": bytes(600_000)})
    response = upload(client, {"1.zip": bomb, "2.zip": bomb})
    page = client.get(f"/v1/jobs/{response.json['id']}/results").json["results"]
    assert [line["error"] and line["error"]["code"] for line in page] == [None, "too_large"]


def test_a_zip_whose_list_is_too_long_is_refused(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.submissions.archive_bounds.MOST_LIST_BYTES", 1000)
    archive = make_zip({f"{number}.jpg": b"" for number in range(100)})
    assert results(client, upload(client, {"a.zip": archive})) == {"a.zip": "unsupported"}


def test_an_empty_archive_is_a_failed_item(client: FlaskClient) -> None:
    response = upload(client, {"empty.zip": make_zip({})})
    assert results(client, response) == {"empty.zip": "unreadable"}
