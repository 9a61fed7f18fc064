"""A job that stops when a share is known, as the API and its page show it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from db.tables.jobs import JobRow
from tests.support.work.access import services_of

ESTIMATES = [
    {"items": 90, "share": 0.5, "low": 0.4, "high": 0.6},
    {"items": 120, "share": 0.52, "low": 0.5, "high": 0.54},
]


def submit(client: FlaskClient, **options: object) -> dict[str, object]:
    items = [{"uri": "https://pictures.example/1.jpg"}]
    return client.post("/v1/jobs", json={"items": items, "options": options}).json


def test_a_job_shows_what_is_known_of_its_share(client: FlaskClient) -> None:
    job = submit(client, stop_when="female:0.020")
    assert job["options"]["stop_when"] == "female:0.02"
    assert job["sample"] == {"stop_when": "female:0.02", "is_known": False, "estimates": []}
    with services_of(client).database.write() as session:
        sample = {"draws": 100, "is_known": True, "estimates": ESTIMATES}
        session.execute(update(JobRow).values(sample=sample))
    assert client.get("/v1/jobs/1").json["sample"]["estimates"] == ESTIMATES


def test_other_jobs_have_no_sample(client: FlaskClient) -> None:
    job = submit(client)
    assert (job["options"]["stop_when"], job["sample"]) == (None, None)


@pytest.mark.parametrize("rule", ["female", "women:0.02", "female:2", 7])
def test_a_rule_that_says_nothing_is_refused_with_an_example(
    client: FlaskClient, rule: object
) -> None:
    problem = submit(client, stop_when=rule)
    assert problem["status"] == 422
    if isinstance(rule, str):
        assert "female:0.02" in str(problem["error"])
