"""Requests have a number, which their answers and all logs have; the access log has no query."""

import pytest
from flask.testing import FlaskClient

from tests.support.answers.http import OpenClient, upload
from tests.support.answers.log_lines import captured
from tests.support.media.sample_pictures import encode_scene
from tests.support.work.worker import work_until_done
from worker.settings import Settings


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a1.B-2", True), ("", False), ("a b", False), ("x" * 65, False), ("é", False)],
    ids=["sound", "none", "space", "long", "not ASCII"],
)
def test_a_request_keeps_a_sound_id_and_else_gets_one(
    client: FlaskClient, given: str, kept: bool
) -> None:
    answers = [client.get("/v1/jobs/7", headers={"X-Request-ID": given}) for _ in range(2)]
    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert (ids == [given, given]) is kept
    assert kept or ids[0] != ids[1]


def test_the_access_log_has_no_query(open_client: OpenClient) -> None:
    with captured("api") as lines:
        open_client(access_log=True).get("/v1/jobs?tag=secret&cursor=7")
    [line] = [one for one in lines if one["message"] == "request answered"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/jobs", 200)
    assert "secret" not in str(line)


def test_the_logs_have_the_address_that_a_trusted_proxy_names(open_client: OpenClient) -> None:
    own = {"api_keys": ("k" * 32,), "trusted_proxies": ("127.0.0.1",)}
    client = open_client(access_log=True, **own)
    with captured("api") as lines:
        client.get("/v1/jobs", headers={"X-Forwarded-For": "192.0.2.8"})
    assert {one["message"]: one["address"] for one in lines} == {
        "request answered": "192.0.2.8",
        "request refused": "192.0.2.8",
    }


def test_requests_are_not_logged_unless_that_is_asked_for(client: FlaskClient) -> None:
    with captured("api") as lines:
        client.get("/v1/jobs")
    assert lines == []


def test_the_lines_of_a_worker_have_the_request_that_submitted_the_job(
    client: FlaskClient, settings: Settings
) -> None:
    answer = upload(client, {"a.png": encode_scene("PNG")})
    with captured("worker") as lines:
        work_until_done(settings)
    [line] = [one for one in lines if one["message"] == "chunk recorded"]
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["job_id"], line["chunk_id"]) == (answer.json["id"], 1)
