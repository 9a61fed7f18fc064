"""Submissions over HTTP: files, archives and addresses, and clear errors."""

import io
import json
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.answers.http import OpenClient, results, stored_files, upload
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.worker import work_until_done
from worker.settings import Settings

PICTURE = encode_scene("JPEG")


def message(response: TestResponse) -> str:
    problem = response.json
    assert response.mimetype == "application/problem+json"
    assert set(problem) == {"type", "title", "status", "detail", "error"}
    assert set(problem["error"]) == {"code", "message", "details"}
    assert (problem["status"], problem["detail"]) == (
        response.status_code,
        problem["error"]["message"],
    )
    return str(problem["detail"])


def test_uploaded_pictures_are_analyzed_and_read_back(
    client: FlaskClient, settings: Settings
) -> None:
    astronaut = (settings.weights_dir / "samples" / "astronaut.png").read_bytes()
    response = upload(
        client,
        {"cam1/a.png": astronaut, "no face.jpg": PICTURE},
        tags=["spring", "paris"],
        dimensions='{"store": "Lyon"}',
    )
    assert response.status_code == 202
    assert response.headers["Location"] == f"/v1/jobs/{response.json['id']}"
    assert response.json["tags"] == ["spring", "paris"]
    work_until_done(settings)
    job = client.get(response.headers["Location"]).json
    assert job["state"] == "completed"
    assert job["counts"] == {
        "items": 2, "waiting": 0, "running": 0, "done": 2, "failed": 0, "cancelled": 0, "faces": 1,
        "duplicates": 0,
    }  # fmt: skip
    page = client.get(f"/v1/jobs/{job['id']}/results").json
    first, second = page["results"]
    assert first["name"] == "cam1/a.png"
    assert (first["width"], first["height"]) == (512, 512)
    assert first["dimensions"] == {"store": "Lyon"}
    [face] = first["faces"]
    assert face["gender"]["value"] == "female"
    assert face["age"]["low"] <= face["age"]["years"] <= face["age"]["high"]
    assert second["faces"] == []
    thumbnail = client.get(first["thumbnail"])
    assert thumbnail.mimetype == "image/jpeg"
    assert client.get(f"/v1/items/{first['item']}").json == first


def test_items_can_be_submitted_by_their_addresses(client: FlaskClient, settings: Settings) -> None:
    (settings.data_dir / "ü.jpg").write_bytes(PICTURE)
    uri = (settings.data_dir / "ü.jpg").as_uri()
    item = {"uri": uri, "captured_at": "2026-05-01T10:00:00+02:00", "dimensions": {"store": "Lyon"}}
    outside = {"uri": "file:///etc/passwd", "name": "outside"}
    response = client.post("/v1/jobs", json={"items": [item, outside], "tags": ["x"]})
    assert response.status_code == 202
    work_until_done(settings)
    assert results(client, response) == {uri: "done", "outside": "forbidden_source"}
    [line] = client.get(f"/v1/jobs/{response.json['id']}/results?state=done").json["results"]
    assert line["captured_at"] == "2026-05-01T08:00:00Z"


def test_an_upload_cannot_be_submitted_by_its_address(
    client: FlaskClient, settings: Settings
) -> None:
    upload(client, {"a.jpg": PICTURE})
    [path] = stored_files(settings)
    uri = f"store:{path.parent.name}/{path.name}"
    response = client.post("/v1/jobs", json={"items": [{"uri": uri}]})
    assert results(client, response) == {uri: "forbidden_source"}


def test_a_job_whose_items_all_failed_is_failed(client: FlaskClient, settings: Settings) -> None:
    response = upload(client, {"a.jpg": b"", "b.txt": b"text"})
    work_until_done(settings)
    assert client.get(f"/v1/jobs/{response.json['id']}").json["state"] == "failed"


def test_control_characters_are_removed_from_names(client: FlaskClient) -> None:
    response = upload(client, {"a\x1b[31m\u202egpj.exe": PICTURE})
    assert list(results(client, response)) == ["a[31mgpj.exe"]


def test_a_request_of_many_small_files_is_accepted(client: FlaskClient) -> None:
    files = {f"{number}.jpg": b"x" for number in range(1001)}
    response = upload(client, files)
    assert response.json["counts"]["items"] == 1001


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        pytest.param({"json": {"items": []}}, 422, "items", id="no items"),
        pytest.param({"json": {}}, 422, "items", id="no body"),
        pytest.param({"json": [1]}, 422, "object", id="a list"),
        pytest.param({"json": {"items": [{"uri": ""}]}}, 422, "items.0.uri", id="empty uri"),
        pytest.param({"json": {"items": [{"uri": "file:///a", "x": 1}]}}, 422, "x", id="unknown"),
        pytest.param({"json": {"items": [{"uri": "file:///\0"}]}}, 422, "NUL", id="nul"),
        pytest.param(
            {"data": '{"items": [{"uri": "\\ud800"}]}', "content_type": "application/json"},
            400, "JSON", id="half a character",
        ),
        pytest.param({"data": "{", "content_type": "application/json"}, 400, "JSON", id="no json"),
        pytest.param(
            {"data": "[" * 50_000, "content_type": "application/json"}, 400, "JSON", id="deep json"
        ),
        pytest.param(
            {"data": {"files": (io.BytesIO(b"x"), "a.jpg"), "options": "[" * 100_000}},
            400, "options", id="deep options",
        ),
        pytest.param(
            {"json": {"items": [{"uri": "file:///a", "captured_at": "0001-01-01T00:00:00+14:00"}]}},
            422, "captured_at", id="before all time",
        ),
        pytest.param(
            {"json": {"items": [{"uri": "file:///a", "dimensions": {'a"b': "x"}}]}},
            422, "dimensions", id="quote in a dimension",
        ),
        pytest.param({"data": "x"}, 400, "file", id="neither"),
        pytest.param({"data": {"tags": "x"}}, 400, "file", id="form without files"),
        pytest.param(
            {"data": {"files": (io.BytesIO(b"x"), "a.jpg"), "options": "{"}}, 400, "options",
            id="options are no json",
        ),
        pytest.param(
            {"data": {"files": (io.BytesIO(b"x"), "a.jpg"), "options": '{"thumbnails": "x"}'}},
            422, "thumbnails", id="unknown option",
        ),
        pytest.param(
            {"data": {"files": (io.BytesIO(b"x"), "a.jpg"), "color": "x"}}, 422, "color",
            id="unknown field",
        ),
    ],
)  # fmt: skip
def test_an_invalid_submission_is_refused_with_the_reason(
    client: FlaskClient, settings: Settings, body: dict[str, object], status: int, words: str
) -> None:
    response = client.post("/v1/jobs", **body)
    assert response.status_code == status
    assert words in message(response)
    assert client.get("/v1/jobs").json["jobs"] == []
    assert stored_files(settings) == []


def test_an_upload_over_the_limit_is_refused(open_client: OpenClient, settings: Settings) -> None:
    client = open_client(max_upload_bytes=1000, max_items_per_request=2)
    assert upload(client, {"a.jpg": bytes(2000)}).status_code == 413
    assert upload(client, {name: b"x" for name in "abc"}).status_code == 413
    assert stored_files(settings) == []


def test_jobs_are_listed_a_page_at_a_time(client: FlaskClient) -> None:
    for _ in range(3):
        upload(client, {"a.jpg": b"x"})
    first = client.get("/v1/jobs?limit=2").json
    rest = client.get(f"/v1/jobs?limit=2&cursor={first['next_cursor']}").json
    assert [job["id"] for job in first["jobs"] + rest["jobs"]] == [3, 2, 1]
    assert rest["next_cursor"] is None
    assert client.get("/v1/jobs?state=completed").json["jobs"] == []


def test_a_cancelled_job_stays_cancelled(client: FlaskClient, settings: Settings) -> None:
    job_id = upload(client, {"a.jpg": PICTURE, "b.jpg": PICTURE}).json["id"]
    response = client.post(f"/v1/jobs/{job_id}/cancel")
    assert response.status_code == 202
    assert response.json["counts"]["cancelled"] == 2
    work_until_done(settings)
    again = client.post(f"/v1/jobs/{job_id}/cancel").json
    assert again["state"] == "cancelled"
    lines = client.get(f"/v1/jobs/{job_id}/results?format=ndjson").text.splitlines()
    assert [json.loads(line)["state"] for line in lines] == ["cancelled"] * 2


def test_a_json_body_of_too_many_items_is_refused(open_client: OpenClient) -> None:
    client = open_client(max_items_per_request=2)
    items = [{"uri": f"file:///{number}"} for number in range(3)]
    assert client.post("/v1/jobs", json={"items": items}).status_code == 413


def test_an_upload_to_a_broken_store_is_refused(
    open_client: OpenClient, settings: Settings
) -> None:
    (settings.data_dir / "store").write_bytes(b"a file where the folder should be")
    response = upload(open_client(), {"a.jpg": PICTURE})
    assert response.status_code == 503
    assert response.json["error"]["code"] == "storage_unavailable"


def test_an_expiry_in_the_past_is_refused(client: FlaskClient) -> None:
    body = {"items": [{"uri": "file:///a"}], "expires_at": "2020-01-01T00:00:00Z"}
    response = client.post("/v1/jobs", json=body)
    assert response.status_code == 422
    assert "expires_at is in the past" in response.json["error"]["message"]


def test_a_job_keeps_the_pack_that_it_asked_for_or_the_default(open_client: OpenClient) -> None:
    client = open_client(pack="strict", packs=("strict", "default"))
    items = [{"uri": "file:///a"}]
    bodies = ({}, {"options": {}}, {"options": {"pack": "default"}})
    jobs = [client.post("/v1/jobs", json={"items": items, **body}).json for body in bodies]
    form = upload(client, {"a.jpg": PICTURE}, options='{"pack": "default"}').json
    lines = client.post(
        "/v1/jobs?pack=default", data='{"uri": "file:///a"}', content_type="application/x-ndjson"
    ).json

    assert [job["options"]["pack"] for job in jobs] == ["strict", "strict", "default"]
    assert (form["options"]["pack"], lines["options"]["pack"]) == ("default", "default")
    assert jobs[0]["packs"] == []


@pytest.mark.parametrize("pack", ["accurate", "nowhere", "Default", "../x"])
def test_a_pack_that_is_not_allowed_is_refused_with_those_that_are(
    open_client: OpenClient, settings: Settings, pack: str
) -> None:
    client = open_client(packs=("default", "strict"))
    options = json.dumps({"pack": pack})
    body = {"items": [{"uri": "file:///a"}], "options": {"pack": pack}}
    answers = [
        client.post("/v1/jobs", json=body),
        upload(client, {"a.jpg": PICTURE}, options=options),
        client.post(
            f"/v1/jobs?pack={pack}",
            data='{"uri": "file:///a"}',
            content_type="application/x-ndjson",
        ),
    ]

    for answer in answers:
        assert answer.status_code == 422
        assert "Choose one of: default, strict." in message(answer)
        assert answer.json["error"]["details"][0]["field"] == "pack"
    assert client.get("/v1/jobs").json["jobs"] == []
    assert stored_files(settings) == []


def test_an_analyzed_job_names_its_models(client: FlaskClient, settings: Settings) -> None:
    job_id = upload(client, {"a.jpg": PICTURE}).json["id"]
    work_until_done(settings)
    [pack] = client.get(f"/v1/jobs/{job_id}").json["packs"]

    assert pack["name"] == "default"
    assert all(
        re.fullmatch("[0-9a-f]{64}", one) for one in (pack["sha256"], *pack["files"].values())
    )
    assert "yunet-2023mar.onnx" in pack["files"]
    row = client.get(f"/v1/jobs/{job_id}/results?format=csv").text.splitlines()[1]
    assert row.endswith(f",default {pack['version']}")
