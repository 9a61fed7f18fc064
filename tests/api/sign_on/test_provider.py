"""A provider that changes, refuses, is wrong or is away."""

import logging
import re

import pytest

from tests.support.answers.pages import PAGE
from tests.support.answers.sign_on import OpenSignOn, begin, read_problem, sign_on
from tests.support.servers.openid import ANNA, OpenIdProvider, make_key


def test_the_provider_may_change_its_key(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    client = open_sign_on()
    assert sign_on(client, provider).status_code == 200
    provider.key = make_key("second")
    assert "unknown here" in read_problem(sign_on(client, provider))
    provider.published = provider.key
    provider.publish()
    assert sign_on(client, provider).status_code == 200


def test_what_the_provider_refuses_is_told(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    client = open_sign_on()
    state = re.search(r"state=([\w-]+)", begin(client))
    assert state
    answered = client.get(f"/login/answer?error=access_denied&state={state[1]}", headers=PAGE)
    assert read_problem(answered) == "The provider does not log you in: access_denied."
    state = re.search(r"state=([\w-]+)", begin(client))
    assert state
    other = f"/login/answer?code=a&state={state[1]}&iss=https://other.example"
    assert "another provider" in read_problem(client.get(other, headers=PAGE))


def test_what_is_missing_in_the_token_is_asked_for(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    provider.metadata["userinfo_endpoint"] = f"{provider.issuer}/more"
    provider.publish()
    client = open_sign_on(oidc_groups_claim="realm.roles", oidc_tenant_claim="company")
    provider.more = {"sub": ANNA["sub"], "realm": {"roles": ["marketing"]}, "company": "acme"}
    assert sign_on(client, provider).status_code == 200
    assert client.get("/v1/jobs").status_code == 200
    assert provider.web.asked[-1][1]["Authorization"] == "Bearer opaque"
    provider.more["sub"] = "another"
    assert "two persons" in read_problem(sign_on(client, provider))


def test_a_secret_may_be_sent_in_the_form_or_not_exist(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    provider.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    provider.publish()
    assert sign_on(open_sign_on(), provider).status_code == 200
    assert sign_on(open_sign_on(oidc_client_secret=""), provider).status_code == 403


def test_a_wrong_provider_is_a_sentence(
    open_sign_on: OpenSignOn, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.metadata["issuer"] = "https://other.example"
    provider.publish()
    with caplog.at_level(logging.ERROR):
        answered = open_sign_on().get("/login/provider", headers=PAGE)
    assert answered.status_code == 503
    assert "Signing in with Example isn" in read_problem(answered)
    noted = [record for record in caplog.records if record.msg == "OpenID provider unavailable"]
    assert "FACETALLY_OIDC_ISSUER is http://localhost" in noted[0].error


def test_a_provider_that_is_away_is_asked_again_only_after_a_while(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    provider.web.pages["/.well-known/openid-configuration"] = lambda request: request.send_error(
        500
    )
    client = open_sign_on()
    for _ in range(3):
        assert client.get("/login/provider", headers=PAGE).status_code == 503
    assert len(provider.web.asked) == 1
    nobody = open_sign_on(oidc_issuer="http://localhost:1")
    assert nobody.get("/login/provider", headers=PAGE).status_code == 503


def test_a_session_ends_with_its_provider(
    open_sign_on: OpenSignOn, provider: OpenIdProvider
) -> None:
    client = open_sign_on()
    sign_on(client, provider)
    cookie = client.get_cookie("facetally_session")
    assert cookie
    other = open_sign_on(oidc_issuer="https://other.example")
    other.set_cookie("facetally_session", cookie.value)
    assert other.get("/v1/jobs").status_code == 401
