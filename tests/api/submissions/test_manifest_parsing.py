"""Lists as spreadsheets write them: their times, encodings and faults."""

import io
import json
import tracemalloc
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.submissions.manifest_lines import LONGEST_RECORD_BYTES, ManifestError
from api.submissions.manifest_parsing import ManifestKind, read_manifest
from tests.support.answers.manifests import LIST, lines, post


@pytest.mark.parametrize(
    ("written", "query", "captured_at"),
    [
        ("2026-07-02T00:30:00Z", "", "2026-07-02T00:30:00Z"),
        ("2026:07:02 00:30:00", "", "2026-07-02T00:30:00Z"),
        ("2026-07-02 00:30", "?time_zone=Europe/Paris", "2026-07-01T22:30:00Z"),
        ("2026:07:02 00:30:00+09:00", "?time_zone=Europe/Paris", "2026-07-01T15:30:00Z"),
        ("2026-07-02", "?time_zone=America/New_York", "2026-07-02T04:00:00Z"),
    ],
)
def test_times_are_read_in_all_forms_and_in_the_zone_of_the_job(
    client: FlaskClient, written: str, query: str, captured_at: str
) -> None:
    response = post(client, f"uri,captured_at\nfile:///1.jpg,{written}\n".encode(), query)
    assert [line["captured_at"] for line in lines(client, response)] == [captured_at]


@pytest.mark.parametrize("written", ["45726.5", "45726", "1751400000", '"45726,5"', "-1"])
def test_a_number_is_no_time(client: FlaskClient, written: str) -> None:
    response = post(client, f"uri,captured_at\nfile:///1.jpg,{written}\n".encode())
    assert response.status_code == 422
    message = response.json["error"]["message"]
    assert "Line 2" in message
    assert "is a number, not a time: write 2026-07-01T12:30:00. A spreadsheet" in message


def test_a_draft_reads_times_in_the_zone_of_its_job(client: FlaskClient) -> None:
    options = {"time_zone": "Europe/Paris"}
    draft = client.post("/v1/jobs", json={"draft": True, "options": options}).json["id"]
    line = json.dumps({"uri": "file:///1.jpg", "captured_at": "2026:07:02 00:30:00"})
    response = client.post(
        f"/v1/jobs/{draft}/items", data=line, content_type="application/x-ndjson"
    )
    assert [one["captured_at"] for one in lines(client, response)] == ["2026-07-01T22:30:00Z"]


def test_a_time_zone_that_is_none_is_refused(client: FlaskClient) -> None:
    response = post(client, LIST, "?time_zone=Atlantis")
    assert response.status_code == 422
    assert "Give one like Europe/Paris" in response.text


SHOP = [
    ("file:///1.jpg", {"store": "Lyon", "Camera 2": "east"}),
    ("file:///2.jpg", {"store": "Nice"}),
]


@pytest.mark.parametrize(
    "body",
    [
        b"uri,store,Camera 2\nfile:///1.jpg,Lyon,east\nfile:///2.jpg,Nice,\n",
        b" URI , store,Camera 2\nfile:///1.jpg , Lyon,  east\n\nfile:///2.jpg,Nice, \n",
        b"\r\n\r\nUri,store,Camera 2,,\r\nfile:///1.jpg,Lyon,east,,\r\n,,,,\r\nfile:///2.jpg,Nice,,,,,\r\n",
        b"sep=;\r\nuri;store;Camera 2\r\nfile:///1.jpg;Lyon;east\r\nfile:///2.jpg;Nice;\r\n",
        b'"sep=|"\nuri|store|Camera 2\nfile:///1.jpg|Lyon|east\nfile:///2.jpg|Nice|\n',
        b"uri\tstore\tCamera 2\nfile:///1.jpg\tLyon\teast\nfile:///2.jpg\tNice\n",
        "uri\tstore\tCamera 2\r\nfile:///1.jpg\tLyon\teast\r\nfile:///2.jpg\tNice\r\n".encode(
            "utf-16"
        ),
        "uri,store,Camera 2\nfile:///1.jpg,Lyon,east\nfile:///2.jpg,Nice\n".encode("utf-16-be"),
        "\ufeffuri,store,Camera 2\nfile:///1.jpg,Lyon,east\nfile:///2.jpg,Nice\n".encode(),
    ],
    ids=["plain", "blanks", "excel", "sep", "quoted-sep", "tabs", "utf-16", "big-endian", "mark"],
)
def test_lists_of_all_spreadsheets_are_read(client: FlaskClient, body: bytes) -> None:
    response = post(client, body)
    assert response.status_code == 202, response.text
    assert [(line["name"], line["dimensions"]) for line in lines(client, response)] == SHOP


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b"uri,store,\nfile:///1.jpg,Lyon,east\n",
            "Line 2 is not valid, so nothing was added: 'east' is in a column without a name",
        ),
        (
            b"uri,store,store\nfile:///1.jpg,Lyon,a\n",
            "Line 1 is not valid, so nothing was added: two columns are called 'store'",
        ),
        (b"\n\nuri,Uri\n", "Line 3"),
        (
            b"sep=;\nstore;camera\n",
            "Line 2 is not valid, so nothing was added: the first line must name",
        ),
        (b"uri,store\nfile:///1.jpg,Lyon\n\nfile:///2.jpg,Lyon,east\n", "Line 4"),
        (b"uri\nfile:///1.jpg\n\xff\xff\n", "this is not UTF-8"),
    ],
)
def test_each_fault_of_a_list_comes_with_its_line(
    client: FlaskClient, body: bytes, words: str
) -> None:
    response = post(client, body)
    assert response.status_code == 422
    assert words in response.json["error"]["message"]


def test_an_endless_record_is_not_read_into_memory() -> None:
    # Each line leaves a quote open.
    record = b'"x' + (b'","' + b"x" * 1000 + b"\n") * (2 * LONGEST_RECORD_BYTES // 1000)
    file = io.BytesIO(b"uri\n" + record)
    with pytest.raises(ManifestError, match="longer than"):
        list(read_manifest(file, ManifestKind.CSV, None))
    assert file.tell() < 1.1 * LONGEST_RECORD_BYTES


def test_the_memory_of_a_list_does_not_grow_with_its_length(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("wb") as file:
        file.write(b"uri\n")
        for number in range(30_000):
            file.write(b"s3://photos/%d.jpg\n" % number)
    tracemalloc.start()
    with path.open("rb") as file:
        assert sum(1 for _ in read_manifest(file, ManifestKind.CSV, None)) == 30_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 20
