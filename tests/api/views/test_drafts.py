"""Drafts, appends, idempotency keys, retries and erasure over HTTP."""

import json

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.submissions.manifest_jobs import ITEMS_PER_BATCH
from db.counts.cube import fold_deltas
from db.engine import Database
from db.jobs.erasure import (
    erase_abandoned_drafts,
    finish_erasure,
    read_jobs_to_erase,
    remove_erased,
)
from tests.support.answers.http import OpenClient, make_form
from tests.support.media.archives import make_zip
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.jobs import close, make_face, work_all
from tests.support.work.worker import work_until_done
from worker.settings import Settings


def open_draft(client: FlaskClient) -> int:
    response = client.post("/v1/jobs", json={"draft": True})
    assert response.status_code == 202
    assert response.json["state"] == "draft"
    return int(response.json["id"])


def append(client: FlaskClient, job_id: int, count: int, **headers: str) -> TestResponse:
    lines = "".join(json.dumps({"uri": f"file:///{number}.jpg"}) + "\n" for number in range(count))
    return client.post(
        f"/v1/jobs/{job_id}/items",
        data=lines,
        content_type="application/x-ndjson",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def names(client: FlaskClient, job_id: int) -> list[str]:
    text = client.get(f"/v1/jobs/{job_id}/results?format=ndjson").text
    return [json.loads(line)["name"] for line in text.splitlines()]


def test_a_draft_takes_lines_and_files_until_it_is_finalized(
    client: FlaskClient, settings: Settings
) -> None:
    job_id = open_draft(client)
    (settings.data_dir / "0.jpg").write_bytes(encode_scene("JPEG"))
    uri = (settings.data_dir / "0.jpg").as_uri()
    path = f"/v1/jobs/{job_id}"
    client.post(f"{path}/items", data=json.dumps({"uri": uri, "name": "line"}))
    client.post(f"{path}/items", **make_form({"file.jpg": encode_scene("JPEG")}))
    assert client.get(path).json["counts"]["items"] == 2
    work_until_done(settings)
    assert client.get(path).json["state"] == "draft"
    assert client.post(f"{path}/finalize").json["state"] == "queued"
    work_until_done(settings)
    assert client.get(path).json["counts"]["done"] == 2
    assert names(client, job_id) == ["line", "file.jpg"]
    assert client.post(f"{path}/finalize").json["state"] == "completed"
    assert append(client, job_id, 1).status_code == 409


def test_many_lines_are_added_in_their_order(client: FlaskClient) -> None:
    job_id = open_draft(client)
    count = ITEMS_PER_BATCH + 7
    assert append(client, job_id, count).json["counts"]["items"] == count
    client.post(f"/v1/jobs/{job_id}/finalize")
    assert names(client, job_id) == [f"file:///{number}.jpg" for number in range(count)]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b'{"uri": "file:///a"}\n{"uri": 1}\n', 422, "Line 2"),
        (b'{"uri": "file:///a"}\nnot json\n', 422, "Line 2"),
        (b"\n\n", 400, "line for each item"),
        (b'{"uri": "file:///' + b"a" * (2 << 20) + b'"}\n', 422, "Line 1"),
    ],
    ids=["wrong type", "no json", "nothing", "endless line"],
)
def test_a_list_with_an_invalid_line_adds_nothing(
    client: FlaskClient, body: bytes, status: int, words: str
) -> None:
    job_id = open_draft(client)
    response = client.post(f"/v1/jobs/{job_id}/items", data=body)
    assert response.status_code == status
    assert words in response.json["error"]["message"]
    assert client.get(f"/v1/jobs/{job_id}").json["counts"]["items"] == 0


def test_an_empty_draft_can_be_cancelled_but_not_finalized(client: FlaskClient) -> None:
    job_id = open_draft(client)
    assert client.post(f"/v1/jobs/{job_id}/finalize").status_code == 409
    assert client.post(f"/v1/jobs/{job_id}/cancel").status_code == 202
    assert append(client, job_id, 1).status_code == 409
    assert client.post(f"/v1/jobs/{job_id}/finalize").status_code == 409


def test_an_append_sent_again_adds_nothing(client: FlaskClient) -> None:
    job_id = open_draft(client)
    for _ in range(3):
        assert append(client, job_id, 5, Idempotency_Key="page 1").status_code == 202
    append(client, job_id, 5, Idempotency_Key="page 2")
    assert client.get(f"/v1/jobs/{job_id}").json["counts"]["items"] == 10
    assert append(client, job_id, 6, Idempotency_Key="page 1").status_code == 422


def test_the_idempotency_key_of_a_draft_adds_nothing_to_another(client: FlaskClient) -> None:
    first, second = open_draft(client), open_draft(client)
    assert append(client, first, 5, Idempotency_Key="page 1").status_code == 202
    assert append(client, second, 5, Idempotency_Key="page 1").status_code == 422
    assert client.get(f"/v1/jobs/{second}").json["counts"]["items"] == 0


def test_a_submission_sent_again_is_the_same_job(client: FlaskClient) -> None:
    body = {"items": [{"uri": "file:///a"}]}
    headers = {"Idempotency-Key": "k"}
    first, second = (client.post("/v1/jobs", json=body, headers=headers) for _ in range(2))
    assert first.json["id"] == second.json["id"]
    other = client.post("/v1/jobs", json={"items": [{"uri": "file:///b"}]}, headers=headers)
    assert other.status_code == 422
    assert other.json["error"]["code"] == "idempotency_conflict"
    assert len(client.get("/v1/jobs").json["jobs"]) == 1


def test_an_upload_sent_again_is_the_same_job_and_is_stored_once(
    client: FlaskClient, settings: Settings
) -> None:
    headers = {"Idempotency-Key": "k"}
    ids = {
        client.post("/v1/jobs", **make_form({"a.jpg": b"x"}), headers=headers).json["id"]
        for _ in range(2)
    }
    assert len(ids) == 1
    assert len(list((settings.data_dir / "store").iterdir())) == 1
    changed = client.post("/v1/jobs", **make_form({"a.jpg": b"y"}), headers=headers)
    assert changed.status_code == 422


@pytest.fixture
def database(settings: Settings, client: FlaskClient) -> Database:
    return Database(settings.database_url)


def test_a_retry_runs_only_failed_items(client: FlaskClient, database: Database) -> None:
    items = [{"uri": f"file:///{number}", "name": f"{number}.jpg"} for number in range(6)]
    path = f"/v1/jobs/{client.post('/v1/jobs', json={'items': items}).json['id']}"
    faces = [make_face(), make_face(years=60)]
    work_all(database, faces=faces, fail=["1.jpg", "4.jpg"])
    close(database)
    assert client.get(path).json["state"] == "completed_with_errors"
    retried = client.post(f"{path}/retry").json
    assert retried["state"] == "queued"
    assert (retried["counts"]["waiting"], retried["counts"]["done"]) == (2, 4)
    work_all(database, faces=faces, fail=["4.jpg"])
    close(database)
    job = client.get(path).json
    assert job["state"] == "completed_with_errors"
    assert (job["counts"]["done"], job["counts"]["failed"], job["counts"]["faces"]) == (5, 1, 10)
    assert client.get("/v1/audience").json["faces"] == 10
    client.post(f"{path}/retry")
    work_all(database, faces=faces)
    close(database)
    assert client.get(path).json["state"] == "completed"
    assert client.post(f"{path}/retry").status_code == 409
    assert client.get("/v1/audience").json["faces"] == 12


def erase_all(database: Database) -> None:
    """Erase all jobs to erase, as the dispatcher does."""
    with database.write() as session:
        erased = read_jobs_to_erase(session)
        for job in erased:
            while not remove_erased(session, job.id):
                pass
    with database.write() as session:
        fold_deltas(session)
        for job in erased:
            assert finish_erasure(session, job.id)


def test_an_erased_job_is_gone_immediately_and_leaves_a_receipt(
    client: FlaskClient, database: Database
) -> None:
    job_id = client.post("/v1/jobs", **make_form({"a.jpg": b"x", "b.jpg": b"y"})).json["id"]
    work_all(database, faces=[make_face()])
    close(database)
    erased = client.delete(f"/v1/jobs/{job_id}")
    assert erased.status_code == 202
    receipt = erased.json["erased"]
    removed = {name: receipt[name] for name in ("items", "faces", "thumbnails", "uploads")}
    assert removed == {"items": 2, "faces": 2, "thumbnails": 2, "uploads": 2}
    assert receipt["erased_at"] is None
    for path in ("/v1/items/1", "/v1/items/1/thumbnail"):
        assert client.get(path).status_code == 404
    assert names(client, job_id) == []
    assert client.get("/v1/audience").json["faces"] == 0
    erase_all(database)
    assert client.get(f"/v1/jobs/{job_id}").json["erased"]["erased_at"] is not None
    assert client.delete(f"/v1/jobs/{job_id}").status_code == 202


def test_a_running_job_can_be_erased(client: FlaskClient, database: Database) -> None:
    job_id = client.post("/v1/jobs", json={"items": [{"uri": "file:///a"}]}).json["id"]
    client.delete(f"/v1/jobs/{job_id}")
    work_all(database)
    job = client.get(f"/v1/jobs/{job_id}").json
    assert job["state"] == "cancelled"
    assert job["counts"]["items"] == 0


@pytest.mark.parametrize("call", ["retry", "finalize", "items", ""])
def test_a_call_about_an_unknown_job_is_a_404(client: FlaskClient, call: str) -> None:
    path = f"/v1/jobs/99/{call}".rstrip("/")
    response = client.post(path) if call else client.delete(path)
    assert response.status_code == 404


def test_the_keys_of_requests_that_arrived_are_listed(client: FlaskClient) -> None:
    first, second = open_draft(client), open_draft(client)
    address = f"/v1/jobs/{first}/requests"
    assert client.get(address).json == {"idempotency_keys": []}
    append(client, first, 1, Idempotency_Key="b")
    form = make_form({"file.jpg": encode_scene("JPEG")})
    client.post(f"/v1/jobs/{first}/items", **form, headers={"Idempotency-Key": "a"})
    append(client, second, 1, Idempotency_Key="c")
    assert client.get(address).json == {"idempotency_keys": ["a", "b"]}
    assert client.get("/v1/jobs/99/requests").status_code == 404


def test_a_draft_to_which_nothing_is_added_is_erased(
    client: FlaskClient, database: Database
) -> None:
    started, empty, filled = (open_draft(client) for _ in range(3))
    append(client, started, 1)
    append(client, filled, 1)
    client.post(f"/v1/jobs/{started}/finalize")
    with database.write() as session:
        assert erase_abandoned_drafts(session, after_seconds=3600) == []
        assert erase_abandoned_drafts(session, after_seconds=-1) == [empty, filled]
        assert erase_abandoned_drafts(session, after_seconds=-1) == []
    assert client.get(f"/v1/jobs/{filled}").json["erased"]["items"] == 1
    assert client.get(f"/v1/jobs/{started}").json["erased"] is None


def test_limits_are_those_of_the_settings(open_client: OpenClient) -> None:
    client = open_client(max_upload_bytes=4, max_items_per_request=3, max_item_bytes=2)
    assert (
        client.get("/v1/limits").json.items()
        >= {"max_upload_bytes": 4, "max_items_per_request": 3, "max_item_bytes": 2}.items()
    )


def test_an_uploaded_video_has_a_limit_of_its_own(open_client: OpenClient) -> None:
    client = open_client(max_item_bytes=100, max_video_bytes=2000)
    video = b"\x00\x00\x00\x18ftypisom" + bytes(1000)
    files = {"a.mp4": video, "b.mp4": video + bytes(1000), "c.jpg": b"\xff\xd8\xff" + bytes(200)}
    packed = make_zip({"d.mp4": video, "e.jpg": files["c.jpg"]})
    job = client.post("/v1/jobs", **make_form({**files, "more.zip": packed})).json["id"]
    lines = client.get(f"/v1/jobs/{job}/results").json["results"]
    refused = [line["name"] for line in lines if line["error"]]
    assert refused == ["b.mp4", "c.jpg", "e.jpg"]
    assert {line["error"]["code"] for line in lines if line["error"]} == {"too_large"}
