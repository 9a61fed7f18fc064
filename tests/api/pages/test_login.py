"""Who logs in, stays logged in, and is made to wait."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from api.services import EXTENSION
from db.clock import DatabaseTime
from db.tables.access import LoginFailureRow
from tests.support.answers.http import OpenClient, upload
from tests.support.answers.login import KEYS, log_in
from tests.support.answers.pages import PAGE
from tests.support.work.access import lengthen_pauses


@pytest.fixture
def guarded(open_client: OpenClient) -> FlaskClient:
    return open_client(api_keys=KEYS, trusted_proxies=("127.0.0.1",))


def read_form_token(client: FlaskClient) -> str:
    found = re.search(
        r'name="form-token" content="([^"]+)"', client.get("/jobs", headers=PAGE).text
    )
    assert found
    return found[1]


def test_a_reader_without_a_session_is_sent_to_log_in_and_back(guarded: FlaskClient) -> None:
    asked = guarded.get("/jobs?state=failed", headers=PAGE)
    assert (asked.status_code, asked.headers["Location"]) == (
        303,
        "/login?next=/jobs%3Fstate%3Dfailed",
    )
    assert guarded.get("/jobs", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/login"
    assert log_in(guarded, "third").status_code == 401
    assert guarded.get("/v1/jobs").status_code == 401
    answered = log_in(guarded, next="/jobs?state=failed")
    assert (answered.status_code, answered.headers["Location"]) == (303, "/jobs?state=failed")
    cookie = answered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "second" not in cookie
    assert guarded.get("/jobs", headers=PAGE).status_code == 200
    assert guarded.get("/v1/jobs").status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_login_link_leads_to_no_other_site(guarded: FlaskClient, target: str) -> None:
    assert log_in(guarded, next=target).headers["Location"] == "/"


def test_a_form_of_another_site_changes_nothing(guarded: FlaskClient) -> None:
    log_in(guarded)
    assert upload(guarded, {"a.jpg": b"a"}).status_code == 403
    job = guarded.post("/v1/jobs", json={"draft": True}, headers={"X-CSRF-Token": "wrong"})
    assert job.status_code == 403
    token = read_form_token(guarded)
    job = guarded.post("/v1/jobs", json={"draft": True}, headers={"X-CSRF-Token": token})
    assert job.status_code == 202
    cancel = f"/jobs/{job.json['id']}/cancel"
    assert guarded.post(cancel, headers=PAGE).status_code == 403
    assert guarded.post(cancel, data={"csrf_token": token}, headers=PAGE).status_code == 303
    foreign = {**PAGE, "Origin": "https://evil.example"}
    assert guarded.post("/login", data={"key": "first"}, headers=foreign).status_code == 401


def test_an_api_key_needs_no_token_and_its_removal_ends_its_sessions(
    open_client: OpenClient,
) -> None:
    client = open_client(api_keys=KEYS)
    headers = {"Authorization": "Bearer first"}
    assert client.post("/v1/jobs", json={"draft": True}, headers=headers).status_code == 202
    log_in(client)
    cookie = client.get_cookie("facetally_session")
    assert cookie is not None
    later = open_client(api_keys=("first",))
    later.set_cookie("facetally_session", cookie.value)
    assert later.get("/v1/jobs").status_code == 401


def test_logging_out_ends_the_session_of_the_browser(guarded: FlaskClient) -> None:
    log_in(guarded)
    token = read_form_token(guarded)
    assert guarded.post("/logout", headers=PAGE).status_code == 403
    assert guarded.post("/logout", data={"csrf_token": token}, headers=PAGE).status_code == 303
    assert guarded.get("/jobs", headers=PAGE).status_code == 303


def test_a_session_that_was_logged_out_is_over_for_whoever_has_its_cookie(
    guarded: FlaskClient,
) -> None:
    log_in(guarded)
    cookie = guarded.get_cookie("facetally_session")
    assert cookie is not None
    guarded.post("/logout", data={"csrf_token": read_form_token(guarded)}, headers=PAGE)
    guarded.set_cookie("facetally_session", cookie.value)
    assert guarded.get("/v1/jobs").status_code == 401


def test_over_https_the_cookie_is_of_this_host_alone(guarded: FlaskClient) -> None:
    headers = {**PAGE, "X-Forwarded-Proto": "https"}
    answered = guarded.post("/login", data={"key": "second"}, headers=headers)
    cookie = answered.headers["Set-Cookie"]
    assert cookie.startswith("__Host-facetally_session=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    secret = cookie.partition("=")[2].partition(";")[0]
    guarded.set_cookie("__Host-facetally_session", secret)
    assert guarded.get("/v1/jobs").status_code == 200


def test_wrong_keys_are_answered_with_growing_pauses(guarded: FlaskClient) -> None:
    assert [log_in(guarded, "wrong").status_code for _ in range(5)] == [401] * 5
    lengthen_pauses(guarded)
    refused = log_in(guarded)
    assert refused.status_code == 429
    seconds = int(refused.headers["Retry-After"])
    assert 60 < seconds <= 900
    assert f"Try again in {seconds} seconds" in refused.text
    assert guarded.post("/login", data={"key": "second"}).json["error"]["code"]
    # Others with another key are not kept waiting.
    other = {**PAGE, "X-Forwarded-For": "192.0.2.7, 192.0.2.8"}
    assert guarded.post("/login", data={"key": "other"}, headers=other).status_code == 401
    database = guarded.application.extensions[EXTENSION].database
    with database.write() as session:
        rows = session.scalars(select(LoginFailureRow)).all()
        noted = {row.subject: row.failures for row in rows if row.subject.startswith("address")}
        assert noted == {"address 127.0.0.1": 99, "address 192.0.2.8": 1}
        session.execute(update(LoginFailureRow).values(failed_at=DatabaseTime(-901)))
    assert log_in(guarded).status_code == 303
    with database.read() as session:
        assert session.get(LoginFailureRow, "address 127.0.0.1") is None


def test_many_addresses_do_not_help_to_try_one_key(guarded: FlaskClient) -> None:
    """All keys that begin alike count as that one: others know only how it begins."""
    tried = [f"fct_abcdef{guess}" for guess in range(5)]
    for number, key in enumerate(tried):
        guarded.environ_base["HTTP_X_FORWARDED_FOR"] = f"192.0.2.{number}"
        assert log_in(guarded, key).status_code == 401
    guarded.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.99"
    lengthen_pauses(guarded)
    refused = log_in(guarded, "fct_abcdefghi")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 60
    # Another key is not kept waiting.
    assert log_in(guarded).status_code == 303
