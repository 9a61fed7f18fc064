"""People log in at an OpenID provider, a real one that the test runs."""

import logging
import re

import pytest
from sqlalchemy import select

from db.access.audit import read_entries
from db.access.keys import digest_of
from db.reach import EVERYONE
from db.tables.access import SessionRow
from tests.support.answers.pages import PAGE
from tests.support.answers.sign_on import OpenSignOn, begin, read_problem, sign_on
from tests.support.servers.openid import ANNA, CLIENT, OpenIdProvider
from tests.support.work.access import OPERATOR_KEY, bearer, lengthen_pauses, services_of


def test_someone_logs_in_and_may_do_what_their_groups_may(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    client = open_sign_on()
    assert client.get("/v1/jobs").status_code == 401
    page = client.get("/login?next=/jobs", headers=PAGE)
    assert 'href="/login/provider?next=/jobs"' in page.text
    assert "Sign in with Example" in page.text
    # Nobody has a key.
    assert 'name="key"' not in page.text
    answered = sign_on(client, provider)
    assert answered.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/jobs?state=failed">' in answered.text
    cookies = answered.headers.getlist("Set-Cookie")
    opened = next(cookie for cookie in cookies if cookie.startswith("facetally_session="))
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(opened.split("; "))
    # The cookie of the way is gone.
    assert client.get_cookie("facetally_sign_on") is None
    assert client.get("/jobs", headers=PAGE).status_code == 200
    assert client.get("/keys", headers=PAGE).status_code == 403
    assert client.get("/system", headers=PAGE).status_code == 403
    # A call that changes something needs the token of a page.
    assert client.post("/v1/jobs", json={"draft": True}).status_code == 403
    token = re.search(r'"form-token" content="(\w+)"', client.get("/jobs", headers=PAGE).text)
    assert token
    made = client.post("/v1/jobs", json={"draft": True}, headers={"X-CSRF-Token": token[1]})
    assert made.status_code == 202
    with services_of(client).database.read() as session:
        entries = read_entries(session, EVERYONE, limit=9)
    assert [(entry.action, entry.caller) for entry in entries] == [
        ("submit", "anna@example.com (248289761001)"),
        ("log_in", "anna@example.com (248289761001)"),
    ]


def test_nothing_of_the_provider_or_of_a_cookie_is_kept(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    client = open_sign_on()
    sign_on(client, provider)
    cookie = client.get_cookie("facetally_session")
    assert cookie is not None
    with services_of(client).database.read() as session:
        row = session.scalars(select(SessionRow)).one()
        assert row.digest == digest_of(cookie.value)
        assert (row.issuer, row.subject, row.tenant) == (provider.issuer, ANNA["sub"], "default")
        assert (row.scopes, row.key_digest) == (["read", "submit"], None)


def test_logging_out_ends_the_session_and_leads_to_the_provider(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    client = open_sign_on()
    sign_on(client, provider)
    cookie = client.get_cookie("facetally_session")
    token = re.search(r'"form-token" content="(\w+)"', client.get("/jobs", headers=PAGE).text)
    assert cookie
    assert token
    left = client.post("/logout", data={"csrf_token": token[1]}, headers=PAGE)
    page = client.get(left.headers["Location"], headers=PAGE)
    assert "still signed in with Example" in page.text
    assert f'href="{provider.issuer}/leave?client_id={CLIENT}&amp;post_logout' in page.text
    client.set_cookie("facetally_session", cookie.value)
    assert client.get("/v1/jobs").status_code == 401


def test_people_and_keys_log_in_side_by_side(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    client = open_sign_on(api_keys=(OPERATOR_KEY,))
    assert client.get("/v1/jobs", headers=bearer(OPERATOR_KEY)).status_code == 200
    page = client.get("/login", headers=PAGE).text
    assert "Sign in with Example" in page
    assert 'name="key"' in page
    assert client.post("/login", data={"key": OPERATOR_KEY}, headers=PAGE).status_code == 303


def test_over_https_the_way_and_the_session_are_of_this_host_alone(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    client = open_sign_on(trusted_proxies=("127.0.0.1",))
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    address = begin(client)
    assert "redirect_uri=https%3A%2F%2Flocalhost%2Flogin%2Fanswer" in address
    cookie = client.get_cookie("__Host-facetally_sign_on")
    assert cookie
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, True, "Lax")
    back = provider.log_in(address).replace("https://", "http://")
    cookies = client.get(back, headers=PAGE).headers.getlist("Set-Cookie")
    assert any(one.startswith("__Host-facetally_session=") for one in cookies)


def test_someone_in_no_group_is_refused_which_is_logged(
    open_sign_on: OpenSignOn, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture
) -> None:
    client = open_sign_on()
    with caplog.at_level(logging.WARNING):
        answered = sign_on(client, provider, groups=["others"])
    assert answered.status_code == 403
    assert read_problem(answered).startswith("Your account is in no group that may use this server")
    noted = [record for record in caplog.records if record.msg == "log-in refused"]
    assert (noted[0].address, "no group" in noted[0].reason) == ("127.0.0.1", True)
    assert client.get("/v1/jobs").status_code == 401


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    victim, attacker = open_sign_on(), open_sign_on()
    attacker.environ_base["REMOTE_ADDR"] = "192.0.2.8"
    back = provider.log_in(begin(attacker))
    # Without a cookie, with another one, and with the state of no cookie at all.
    for address in (back, back.partition("&state=")[0], f"{back.partition('&')[0]}&state="):
        assert "another browser" in read_problem(victim.get(address, headers=PAGE))
    begin(victim)
    assert "another browser" in read_problem(victim.get(back, headers=PAGE))
    # With a code that was stolen, and the own state.
    state = re.search(r"state=([\w-]+)", begin(victim))
    assert state
    stolen = re.sub(r"state=.*", f"state={state[1]}", provider.log_in(begin(attacker)))
    assert "invalid_grant" in read_problem(victim.get(stolen, headers=PAGE))
    assert victim.get("/v1/jobs").status_code == 401
    back = provider.log_in(begin(attacker))
    assert attacker.get(back, headers=PAGE).status_code == 200
    assert attacker.get(back, headers=PAGE).status_code == 403


def test_failures_make_the_address_wait(open_sign_on: OpenSignOn, provider: OpenIdProvider) -> None:
    client = open_sign_on()
    for _ in range(5):
        assert client.get("/login/answer?code=a&state=b", headers=PAGE).status_code == 403
    lengthen_pauses(client)
    assert client.get("/login/answer?code=a&state=b", headers=PAGE).status_code == 429


def test_the_way_leads_to_no_other_site(open_sign_on: OpenSignOn, provider: OpenIdProvider) -> None:
    client = open_sign_on()
    for target in ("//evil.example", "https://evil.example", "/\\evil", "/" + "a" * 2000):
        answered = client.get(provider.log_in(begin(client, target)), headers=PAGE)
        assert 'content="0; url=/">' in answered.text


def test_people_of_a_tenant_see_what_is_of_it(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    client = open_sign_on(oidc_tenant_claim="company", api_keys=(OPERATOR_KEY,))
    job = client.post("/v1/jobs", json={"draft": True}, headers=bearer(OPERATOR_KEY)).json["id"]
    sign_on(client, provider, company="acme")
    assert client.get(f"/v1/jobs/{job}").status_code == 404
    operators = open_sign_on(oidc_tenant="*")
    sign_on(operators, provider)
    assert operators.get(f"/v1/jobs/{job}").status_code == 200
    assert operators.get("/metrics").status_code == 200


def test_groups_may_be_paths_and_add_up(open_sign_on: OpenSignOn, provider: OpenIdProvider) -> None:
    client = open_sign_on()
    sign_on(client, provider, groups=["/ops/a=b", "marketing"])
    assert client.get("/v1/keys").status_code == 200
    assert client.get("/v1/jobs").status_code == 200
