"""Lists of items sent as CSV, and what became of them."""

import json

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

CSV = "text/csv"
LIST = b"uri,name,store\nfile:///1.jpg,one,Lyon\nfile:///2.jpg,,\n"


def post(client: FlaskClient, body: bytes, query: str = "", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/v1/jobs{query}", data=body, content_type=CSV, headers=named)


def lines(client: FlaskClient, response: TestResponse) -> list[dict[str, object]]:
    text = client.get(f"/v1/jobs/{response.json['id']}/results?format=ndjson").text
    return [json.loads(line) for line in text.splitlines()]


def all_jobs(client: FlaskClient) -> list[dict[str, object]]:
    return [job for job in client.get("/v1/jobs").json["jobs"] if job["erased"] is None]
