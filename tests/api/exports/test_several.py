"""The results of several jobs as one file."""

import csv
import io
import json

import pytest
from flask.testing import FlaskClient
from pyarrow import parquet

from api.exports.results import RESULT_SCHEMA
from db.access.key_values import Scope
from db.item_values import NewItem
from db.job_values import NewJob
from db.submissions.drafts import accept_job
from tests.support.answers.http import OpenClient
from tests.support.work.access import make_key, services_of
from tests.support.work.jobs import make_face, work_all


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    """Three jobs with two pictures each: the first two have a tag, the last is of a tenant."""
    client = open_client()
    database = services_of(client).database
    with database.write() as session:
        for tags, tenant in ((("spring",), "default"), (("spring",), "default"), ((), "acme")):
            items = [NewItem(f"{number}.jpg", "file:///a.jpg") for number in range(2)]
            accept_job(session, NewJob(tags=tags, tenant=tenant), items, 2)
    work_all(database, (make_face(), make_face(female=0.1)))
    return client


def read_csv(client: FlaskClient, query: str) -> list[dict[str, str]]:
    response = client.get(f"/v1/results?format=csv&{query}")
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text)))


@pytest.mark.parametrize("query", ["jobs=2,1", "tag=spring"])
def test_rows_say_of_which_job_they_are(client: FlaskClient, query: str) -> None:
    rows = read_csv(client, query)
    order = ["2", "1"] if query.startswith("jobs") else ["1", "2"]
    assert [row["job"] for row in rows] == [order[0]] * 4 + [order[1]] * 4
    assert list(rows[0]) == ["job", *RESULT_SCHEMA.names]
    assert len(read_csv(client, f"{query}&gender=male")) == 4


def test_the_formats_have_the_same_faces(client: FlaskClient) -> None:
    lines = client.get("/v1/results?jobs=1,2,1").text.splitlines()
    results = [json.loads(line) for line in lines]
    assert [(one["job"], one["name"]) for one in results] == [
        (1, "0.jpg"), (1, "1.jpg"), (2, "0.jpg"), (2, "1.jpg"),
    ]  # fmt: skip
    alone = client.get("/v1/jobs/1/results?format=ndjson").text.splitlines()
    assert [{"job": 1, **json.loads(line)} for line in alone] == results[:2]
    data = client.get("/v1/results?jobs=1,2&format=parquet").data
    table = parquet.read_table(io.BytesIO(data))
    assert table.schema.names == ["job", *RESULT_SCHEMA.names]
    assert table["job"].to_pylist() == [1] * 4 + [2] * 4


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param("", 422, id="no jobs"),
        pytest.param("jobs=1&tag=spring", 422, id="both"),
        pytest.param("jobs=1,x", 422, id="no number"),
        pytest.param("jobs=1,9", 404, id="no such job"),
        pytest.param("tag=autumn", 422, id="no such tag"),
        pytest.param("jobs=1&format=coco", 422, id="another format"),
        pytest.param("jobs=1&colour=red", 422, id="an unknown parameter"),
    ],
)
def test_what_cannot_be_exported_is_refused(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/v1/results?{query}").status_code == status


def test_jobs_of_other_tenants_are_not_exported(client: FlaskClient) -> None:
    theirs = make_key(client, "acme", Scope.READ)
    assert client.get("/v1/results?jobs=1,3", headers=theirs).status_code == 404
    assert client.get("/v1/results?tag=spring", headers=theirs).status_code == 422
    assert len(client.get("/v1/results?jobs=3", headers=theirs).text.splitlines()) == 2
