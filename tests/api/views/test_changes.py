"""Jobs are named, ordered, paused and resumed through the API."""

import pytest
from flask.testing import FlaskClient

ITEMS = [{"uri": "https://example.com/1.jpg"}]


@pytest.fixture
def path(client: FlaskClient) -> str:
    body = {"items": ITEMS, "name": "Spring, Lyon", "notes": "two cameras"}
    return f"/v1/jobs/{client.post('/v1/jobs', json=body).json['id']}"


def test_a_job_has_a_name_and_notes_that_can_be_changed(client: FlaskClient, path: str) -> None:
    job = client.get(path).json
    assert (job["name"], job["notes"]) == ("Spring, Lyon", "two cameras")
    changed = client.patch(path, json={"name": "Lyon", "priority": "high"}).json
    assert (changed["name"], changed["notes"]) == ("Lyon", "two cameras")
    assert changed["priority"] == "high"
    assert [one["name"] for one in client.get("/v1/jobs?find=lyo").json["jobs"]] == ["Lyon"]
    sent = client.post("/v1/jobs?name=list", data="uri\nhttps://a.example/1.jpg\n",
                       content_type="text/csv")  # fmt: skip
    assert sent.json["name"] == "list"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "give a name, notes or a priority"),
        ({"name": "x" * 201}, "200"),
        ({"nmae": "x"}, "nmae"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    client: FlaskClient, path: str, body: dict[str, str], problem: str
) -> None:
    answer = client.patch(path, json=body)
    assert answer.status_code == 422
    assert problem in str(answer.json)


def test_a_job_is_paused_and_resumed_by_hand(client: FlaskClient, path: str) -> None:
    paused = client.post(f"{path}/pause")
    assert (paused.status_code, paused.json["state"]) == (202, "paused")
    assert paused.json["paused"]["code"] == "requested"
    again = client.post(f"{path}/pause")
    assert (again.status_code, again.json["error"]["message"]) == (
        409, "Job 1 is paused. Only a job that is queued or running can be paused.",
    )  # fmt: skip
    assert client.post(f"{path}/resume").json["state"] == "queued"


def test_an_erased_job_cannot_be_changed(client: FlaskClient, path: str) -> None:
    client.delete(path)
    assert client.patch(path, json={"name": "x"}).status_code == 409
    assert client.patch("/v1/jobs/99", json={"name": "x"}).status_code == 404
