"""What an archive may not do: leave its folder, and unpack to more than is allowed."""

import io
import lzma
import tarfile
import zlib

import pytest
from flask.testing import FlaskClient

from tests.support.answers.http import OpenClient, results, stored_files, upload
from tests.support.media.archives import PICTURE, make_tar, make_zip
from tests.support.media.hostile_archives import hostile_tar, hostile_zip
from tests.support.work.worker import work_until_done
from worker.settings import Settings


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


def test_a_tar_with_a_header_of_gigabytes_is_refused_unread(client: FlaskClient) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, (8 << 30) - 1
    response = upload(client, {"a.tar": info.tobuf(tarfile.USTAR_FORMAT) + bytes(4096)})
    assert results(client, response) == {"a.tar": "unreadable"}


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


def declare_large_dictionary(archive: bytes) -> bytes:
    """The same file, which says that it needs 512 MiB: to compress with so much would take long."""
    start = 12
    end = start + 4 * (archive[start] + 1)
    header = bytearray(archive[start : end - 4])
    assert header[2:4] == b"\x21\x01", "the filter is LZMA2, with one byte of properties"
    header[4] = 34
    return archive[:start] + header + zlib.crc32(header).to_bytes(4, "little") + archive[end:]


def test_xz_that_needs_too_much_memory_is_unsupported(client: FlaskClient) -> None:
    archive = declare_large_dictionary(lzma.compress(make_tar({"a.jpg": PICTURE})))
    found = results(client, upload(client, {"a.tar.xz": archive}))
    assert found == {"a.tar.xz": "unsupported"}
