"""Large files that arrive at a draft piece by piece."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from db.engine import Database
from db.jobs.erasure import read_jobs_to_erase
from tests.support.answers.http import OpenClient, stored_files
from tests.support.media.archives import make_zip
from tests.support.media.sample_pictures import encode_scene
from worker.settings import Settings

PICTURE = encode_scene("JPEG")
HALF = len(PICTURE) // 2


def open_draft(client: FlaskClient) -> int:
    return int(client.post("/v1/jobs", json={"draft": True}).json["id"])


def send(client: FlaskClient, job: int, offset: int, content: bytes) -> TestResponse:
    return client.post(f"/v1/jobs/{job}/pieces/film?offset={offset}", data=content)


def join(client: FlaskClient, job: int, size: int, key: str = "k", **said: object) -> TestResponse:
    body = {"size_bytes": size, "name": "a.jpg", **said}
    headers = {"Idempotency-Key": key}
    return client.post(f"/v1/jobs/{job}/pieces/film/join", json=body, headers=headers)


def test_pieces_become_one_file_with_what_is_said_of_it(
    client: FlaskClient, settings: Settings
) -> None:
    job = open_draft(client)
    assert client.get(f"/v1/jobs/{job}/pieces/film").json == {"received_bytes": 0}
    assert send(client, job, 0, PICTURE[:HALF]).json == {"received_bytes": HALF}
    assert client.get(f"/v1/jobs/{job}/pieces/film").json == {"received_bytes": HALF}
    assert send(client, job, HALF, PICTURE[HALF:]).status_code == 202
    said = {
        "captured_at": "2026-07-01T12:00:00Z",
        "dimensions": {"store": "Lyon"},
        "shared": {"store": "Paris", "campaign": "spring"},
    }
    for _ in range(2):
        # A second request with the same key adds nothing.
        joined = join(client, job, len(PICTURE), **said)
        assert (joined.status_code, joined.json["counts"]["items"]) == (202, 1)
    [line] = client.get(f"/v1/jobs/{job}/results").json["results"]
    assert (line["name"], line["dimensions"]) == (
        "a.jpg",
        {"store": "Lyon", "campaign": "spring"},
    )
    assert datetime.fromisoformat(line["captured_at"]) == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert [path.read_bytes() for path in stored_files(settings)] == [PICTURE]


def test_an_archive_in_pieces_is_opened(client: FlaskClient) -> None:
    job, archive = open_draft(client), make_zip({"x/1.jpg": PICTURE, "x/2.jpg": PICTURE})
    send(client, job, 0, archive[:100])
    send(client, job, 100, archive[100:])
    assert join(client, job, len(archive), name="a.zip").json["counts"]["items"] == 2


def test_what_does_not_follow_is_refused_and_keeps_nothing(
    client: FlaskClient, settings: Settings
) -> None:
    job = open_draft(client)
    send(client, job, 0, b"12345")
    for offset in (0, 4, 6):
        refused = send(client, job, offset, b"again")
        assert refused.status_code == 409
        assert "5 bytes of this file are here" in refused.json["error"]["message"]
    assert len(stored_files(settings)) == 1
    early = join(client, job, 6)
    assert (early.status_code, "5 of 6 bytes" in early.json["error"]["message"]) == (409, True)
    assert join(client, job, 5).status_code == 202
    assert join(client, job, 5, key="other").status_code == 409
    client.post(f"/v1/jobs/{job}/finalize")
    assert send(client, job, 0, b"late").status_code == 409
    assert client.post(f"/v1/jobs/{job}/pieces/a b?offset=0", data=b"x").status_code == 422


def test_a_file_is_bounded_however_many_pieces_it_has(open_client: OpenClient) -> None:
    client = open_client(max_upload_bytes=1000)
    job = open_draft(client)
    assert send(client, job, 0, bytes(600)).status_code == 202
    assert send(client, job, 600, bytes(600)).status_code == 413
    assert send(client, job, 2000, b"x").status_code in (409, 413)


@pytest.mark.parametrize("ending", ["erased", "joined"])
def test_pieces_go_with_their_draft(client: FlaskClient, settings: Settings, ending: str) -> None:
    job = open_draft(client)
    send(client, job, 0, PICTURE)
    if ending == "joined":
        join(client, job, len(PICTURE))
    client.delete(f"/v1/jobs/{job}")
    database = Database(settings.database_url)
    with database.read() as session:
        [erased] = read_jobs_to_erase(session)
    database.close()
    # What is in the store is in folders that are removed with the job.
    folders = {path.parent.name for path in stored_files(settings)}
    assert folders == set(erased.store_folders)
    assert len(folders) == 1
