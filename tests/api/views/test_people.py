"""People are linked only where the operator allows it; who is who is told, and never by what."""

import json

import pytest
from flask.testing import FlaskClient

from api.services import EXTENSION
from db.engine import Database
from tests.support.answers.http import OpenClient, upload
from tests.support.work.linking import find_all, link, submit_for_people
from worker.settings import Settings

ADDRESS = [{"uri": "https://img.example.com/a.jpg"}]
ASKED = {"items": ADDRESS, "options": {"people": True}}
SEEN = [[1, 2], [1]]
FORMATS = ("json", "ndjson", "csv", "coco", "label-studio", "cvat")


@pytest.mark.parametrize("way", ["json", "form", "list", "draft"])
def test_it_is_refused_unless_the_operator_allows_it(open_client: OpenClient, way: str) -> None:
    client = open_client(sources=("https://",))
    if way == "form":
        refused = upload(client, {"a.jpg": b"jpeg"}, options=json.dumps({"people": True}))
    elif way == "list":
        lines = json.dumps(ADDRESS[0]) + "\n"
        kind = "application/x-ndjson"
        refused = client.post("/v1/jobs?people=true", data=lines, content_type=kind)
    else:
        refused = client.post("/v1/jobs", json={**ASKED, "draft": way == "draft"})
    assert refused.status_code == 403
    assert refused.json["error"]["code"] == "forbidden_people"
    assert "FACETALLY_PEOPLE" in refused.json["detail"]


def test_it_is_off_unless_a_job_asks(open_client: OpenClient) -> None:
    client = open_client(sources=("https://",), people=True)
    silent = client.post("/v1/jobs", json={"items": ADDRESS}).json
    assert (silent["options"]["people"], silent["linked_people"]) == (False, None)
    assert client.post("/v1/jobs", json=ASKED).json["options"]["people"] is True


@pytest.fixture
def linked(settings: Settings, open_client: OpenClient) -> tuple[FlaskClient, int]:
    """A job of two people in three faces."""
    client = open_client(people=True)
    database: Database = client.application.extensions[EXTENSION].database
    job_id = submit_for_people(database, items=2)
    find_all(database, SEEN)
    link(settings, database)
    return client, job_id


def test_who_is_who_is_in_the_results(linked: tuple[FlaskClient, int]) -> None:
    client, job_id = linked
    assert client.get(f"/v1/jobs/{job_id}").json["linked_people"] == {
        "people": 2, "low": 2, "high": 2, "linked": 3, "error": None,
    }  # fmt: skip
    lines = client.get(f"/v1/jobs/{job_id}/results?format=ndjson").text.splitlines()
    found = [[face["person"] for face in json.loads(line)["faces"]] for line in lines]
    assert found == [[1, 2], [1]]
    table = client.get(f"/v1/jobs/{job_id}/results?format=csv").text.splitlines()
    assert "track,person,pack" in table[0]


def test_the_audience_counts_people_and_says_how_sure_that_is(
    linked: tuple[FlaskClient, int],
) -> None:
    client, job_id = linked
    faces = client.get(f"/v1/audience?job={job_id}").json
    assert (faces["faces"], faces["people"]) == (3, None)
    people = client.get(f"/v1/audience?job={job_id}&count=people").json
    assert (people["faces"], people["people"]) == (2, {"low": 2, "high": 2})
    table = client.get(f"/v1/audience?job={job_id}&count=people&format=csv").text
    assert table.splitlines()[0].endswith("people_low,people_high")


def test_what_links_faces_is_in_no_answer(linked: tuple[FlaskClient, int]) -> None:
    client, job_id = linked
    answers = [client.get(f"/v1/jobs/{job_id}/results?format={one}").text for one in FORMATS]
    answers.append(client.get(f"/v1/jobs/{job_id}").text)
    answers.append(client.get(f"/v1/jobs/{job_id}/report").text)
    assert not any("embedding" in answer for answer in answers)
    assert "embedding" not in json.dumps(client.get("/openapi/openapi.json").json)


def test_such_a_job_is_run_again_and_not_retried(linked: tuple[FlaskClient, int]) -> None:
    client, job_id = linked
    refused = client.post(f"/v1/jobs/{job_id}/retry")
    assert refused.status_code == 409
    assert "Run the whole job again" in refused.json["detail"]
