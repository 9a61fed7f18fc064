"""Folders as dimensions: of uploads, archives, lists and addresses, or a sentence."""

import json
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.answers.http import make_form, stored_files, upload
from tests.support.media.archives import make_zip
from tests.support.media.sample_pictures import encode_scene
from worker.settings import Settings

PICTURE = encode_scene("JPEG")
FOLDERS_AS = {"folders_as": "store,camera"}
OPTIONS = json.dumps(FOLDERS_AS)
BERLIN = {"store": "Berlin", "camera": "cam2"}


def read_dimensions(client: FlaskClient, job: int) -> list[dict[str, str]]:
    page = client.get(f"/v1/jobs/{job}/results").json
    return [line["dimensions"] for line in page["results"]]


@pytest.mark.parametrize(
    "files",
    [{"Berlin/cam2/a.jpg": PICTURE}, {"photos.zip": make_zip({"Berlin/cam2/a.jpg": PICTURE})}],
    ids=["folder", "archive"],
)
def test_folders_of_uploads_are_dimensions(client: FlaskClient, files: dict[str, bytes]) -> None:
    shared = json.dumps({"campaign": "spring"})
    job = upload(client, files, options=OPTIONS, dimensions=shared).json
    assert job["options"]["folders_as"] == "store,camera"
    assert read_dimensions(client, job["id"]) == [{"campaign": "spring", **BERLIN}]


def test_what_is_appended_to_a_draft_has_them_too(client: FlaskClient) -> None:
    draft = client.post("/v1/jobs", json={"draft": True, "options": FOLDERS_AS}).json["id"]
    address = f"/v1/jobs/{draft}/items"
    assert client.post(address, **make_form({"Berlin/cam2/a.jpg": PICTURE})).status_code == 202
    line = b'{"uri": "s3://photos/Berlin/cam2/b.jpg"}\n'
    sent = client.post(address, data=line, content_type="application/x-ndjson")
    assert sent.status_code == 202
    assert read_dimensions(client, draft) == [BERLIN, BERLIN]


def submit_csv(client: FlaskClient, body: bytes) -> TestResponse:
    return client.post("/v1/jobs?folders_as=store,camera", data=body, content_type="text/csv")


def test_the_folders_of_a_list_are_dimensions(client: FlaskClient) -> None:
    listed = submit_csv(client, b"uri,name\ns3://b/1,Berlin/cam2/1.jpg\n")
    assert read_dimensions(client, listed.json["id"]) == [BERLIN]


def test_a_fault_of_folders_is_one_sentence_and_adds_nothing(
    client: FlaskClient, settings: Settings
) -> None:
    items = [{"uri": "s3://b/Berlin/cam2/1.jpg"}, {"uri": "s3://b/Berlin/1.jpg"}]
    clash = json.dumps({"store": "Lyon"})
    refusals = [
        (upload(client, {"Berlin/a.jpg": PICTURE}, options=OPTIONS), "'Berlin/a.jpg' is in 1"),
        (
            upload(client, {"B/c/a.jpg": PICTURE}, options=OPTIONS, dimensions=clash),
            "The dimension 'store' is given",
        ),
        (
            upload(client, {"a.zip": make_zip({"a.jpg": PICTURE})}, options=OPTIONS),
            "'a.jpg' is in 0 folders",
        ),
        (client.post("/v1/jobs", json={"items": items, "options": FOLDERS_AS}), "items.1: 's3:"),
        (submit_csv(client, b"uri,store\ns3://b/B/c/1,x\n"), "Line 2 .* 'store' is given"),
        (client.post("/v1/jobs", json={"draft": True, "options": {"folders_as": "a,a"}}), "twice"),
    ]
    for response, words in refusals:
        message = response.json["error"]["message"]
        assert response.status_code == 422
        assert re.search(words, message)
    assert client.get("/v1/jobs").json["jobs"] == []
    assert stored_files(settings) == []
