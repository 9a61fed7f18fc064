"""Keys are made, listed and revoked over HTTP, by the client, and on their page."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from facetally import ApiError, Client
from facetally.answers.keys import SCOPES
from tests.support.answers.http import OpenClient
from tests.support.servers.served import serve_app
from tests.support.work.access import OPERATOR_KEY, bearer, make_key

OPERATOR = bearer(OPERATOR_KEY)
PAGE = {"Accept": "text/html"}


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    return open_client(api_keys=(OPERATOR_KEY,))


def test_a_key_is_shown_once_and_revoked(client: FlaskClient) -> None:
    body = {"name": "kiosk", "scopes": ["read", "live"], "tenant": "acme"}
    answer = client.post("/v1/keys", json=body, headers=OPERATOR)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    made = answer.json
    own = bearer(made["key"])
    assert client.get("/v1/jobs", headers=own).status_code == 200
    assert client.delete("/v1/jobs/1", headers=own).status_code == 403
    [listed] = client.get("/v1/keys", headers=OPERATOR).json["keys"]
    assert "key" not in listed
    assert made["key"].startswith(listed["start"])
    assert (listed["state"], listed["tenant"], listed["scopes"]) == (
        "valid",
        "acme",
        ["read", "live"],
    )
    revoked = client.delete(f"/v1/keys/{made['id']}", headers=OPERATOR)
    assert revoked.json["state"] == "revoked"
    assert client.get("/v1/jobs", headers=own).status_code == 401
    assert client.delete("/v1/keys/99", headers=OPERATOR).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": "a", "scopes": []},
        {"name": "", "scopes": ["read"]},
        {"name": "a", "scopes": ["everything"]},
        {"name": "a", "scopes": ["read"], "tenant": "Of ours"},
        {"name": "a", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"},
    ],
)
def test_a_key_that_cannot_be_is_refused(client: FlaskClient, body: dict[str, object]) -> None:
    assert client.post("/v1/keys", json=body, headers=OPERATOR).status_code == 422


def test_an_administrator_makes_keys_for_their_own_tenant(client: FlaskClient) -> None:
    acme, bolt = make_key(client, "acme"), make_key(client, "bolt")
    made = client.post("/v1/keys", json={"name": "a", "scopes": ["read"]}, headers=acme)
    assert made.json["tenant"] == "acme"
    for tenant in ("bolt", "*"):
        body = {"name": "a", "scopes": ["read"], "tenant": tenant}
        refused = client.post("/v1/keys", json=body, headers=acme)
        assert (refused.status_code, refused.json["error"]["code"]) == (403, "foreign_tenant")
    assert len(client.get("/v1/keys", headers=bolt).json["keys"]) == 1
    assert client.delete("/v1/keys/1", headers=bolt).status_code == 404


def test_the_client_makes_lists_and_revokes_keys(client: FlaskClient) -> None:
    expiry = datetime.now(UTC) + timedelta(days=1)
    with (
        serve_app(client.application) as url,
        Client(url, OPERATOR_KEY) as operator,
    ):
        made = operator.create_key("kiosk", SCOPES, tenant="acme", expires_at=expiry)
        assert (made.tenant, made.scopes, made.expires_at) == ("acme", SCOPES, expiry)
        with Client(url, made.key) as own:
            assert list(own.jobs()) == []
            with pytest.raises(ApiError, match="only"):
                own.create_key("other", ["read"], tenant="bolt")
        assert operator.revoke_key(made.id).state == "revoked"
        assert [one.state for one in operator.api_keys()] == ["revoked"]


def test_the_page_shows_a_new_key_once(client: FlaskClient) -> None:
    client.post("/login", data={"key": OPERATOR_KEY}, headers=PAGE)
    page = client.get("/keys", headers=PAGE)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    form = {"csrf_token": token[1], "name": "<b>kiosk", "scope": ["live"], "tenant": "", "days": ""}
    made = client.post("/keys", data=form, headers=PAGE)
    assert made.status_code == 201
    secret = re.search(r"<code>(fct_[\w-]{43})</code>", made.text)
    assert secret
    assert "<b>kiosk" not in made.text
    assert client.get("/live", headers=bearer(secret[1])).status_code == 200
    listed = client.get("/keys", headers=PAGE).text
    assert secret[1] not in listed
    revoke = {"csrf_token": token[1]}
    assert client.post("/keys/1/revoke", data=revoke, headers=PAGE).status_code == 303
    page = " ".join(client.get("/keys", headers=PAGE).text.split())
    assert "revoked" in page
    assert "<td>manage</td><td>key 1</td>" in page
    assert "<td>log in</td>" in page
    assert client.post("/keys", data={"name": "x"}, headers=PAGE).status_code == 403
