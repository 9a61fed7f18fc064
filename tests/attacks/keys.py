"""Clients with keys of their own, and the browsers of their holders."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.support.programs.target import ANSWER_SECONDS, Target


@contextmanager
def holding_key(target: Target, tenant: str, *scopes: str, **wanted: str) -> Iterator[httpx.Client]:
    """A client with a new key, which is revoked in the end."""
    body = {"name": f"of {tenant}", "tenant": tenant, "scopes": scopes, **wanted}
    made = target.client.post("/v1/keys", json=body).raise_for_status().json()
    headers = {"Authorization": f"Bearer {made['key']}", "X-Key": str(made["id"])}
    with httpx.Client(base_url=target.url, headers=headers, timeout=ANSWER_SECONDS) as client:
        yield client
    revoke(target, made["id"])


def revoke(target: Target, key_id: int) -> None:
    assert target.client.delete(f"/v1/keys/{key_id}").json()["state"] == "revoked"


@contextmanager
def browsing(target: Target, client: httpx.Client) -> Iterator[tuple[httpx.Client, str]]:
    """A browser that logged in with the key of a client, and the token of its forms."""
    secret = client.headers["Authorization"].split()[1]
    with httpx.Client(base_url=target.url, timeout=ANSWER_SECONDS) as browser:
        assert browser.post("/login", data={"key": secret}).status_code == 303
        page = browser.get("/", headers={"Accept": "text/html"}).text
        found = re.search(r'name="form-token" content="([^"]+)"', page)
        assert found is not None
        yield browser, found[1]
