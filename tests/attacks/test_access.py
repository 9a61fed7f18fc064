"""Keys that are not for something, not any more, or none at all."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import update

from db.clock import DatabaseTime
from db.engine import Database
from db.tables.access import KeyRow
from tests.attacks.keys import holding_key, revoke
from tests.support.programs.cli import wait_for
from tests.support.programs.target import Target

# More requests than processes, so that each of them answers some.
ROUNDS = 8
REFUSED = {401, 429}


def ask_all(client: httpx.Client) -> set[int]:
    """What all processes answer, each request over a connection of its own."""
    return {ask(client) for _ in range(ROUNDS)}


def ask(client: httpx.Client) -> int:
    return client.get("/v1/jobs", headers={"Connection": "close"}).status_code


def has_ended(client: httpx.Client) -> bool:
    """A key that goes on being sent makes its address wait, too."""
    return ask(client) in REFUSED and ask_all(client) <= REFUSED


def test_a_key_without_the_scope_is_refused_with_a_line_in_the_log(target: Target) -> None:
    with holding_key(target, "acme", "read") as reader:
        refused = len(target.find_log("request refused", "status=403"))
        for method, path in (
            ("POST", "/v1/jobs"), ("DELETE", "/v1/jobs/1"), ("POST", "/v1/analyze"),
            ("POST", "/v1/keys"), ("GET", "/v1/keys"), ("GET", "/v1/audit"), ("GET", "/system"),
        ):  # fmt: skip
            answer = reader.request(method, path, headers={"Accept": "application/json"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "missing_scope")
        wait_for(
            lambda: len(target.find_log("request refused", "status=403")) >= refused + 7, "lines"
        )


def test_a_key_makes_none_that_reaches_further(target: Target) -> None:
    with holding_key(target, "acme", "admin") as admin:
        for tenant in ("bolt", "*"):
            body = {"name": "more", "scopes": ["read"], "tenant": tenant}
            assert admin.post("/v1/keys", json=body).status_code == 403
        assert admin.get("/v1/jobs").status_code == 403


def test_a_revoked_key_and_its_session_end_in_every_process(target: Target) -> None:
    with holding_key(target, "acme", "read") as reader:
        secret = reader.headers["Authorization"].split()[1]
        with httpx.Client(base_url=target.url) as browser:
            assert browser.post("/login", data={"key": secret}).status_code == 303
            assert ask_all(reader) == ask_all(browser) == {200}
            revoke(target, int(reader.headers["X-Key"]))
            wait_for(lambda: has_ended(reader) and has_ended(browser), "the end of the key")
            assert browser.get("/jobs", headers={"Accept": "text/html"}).status_code == 303


def test_an_expired_key_ends_in_every_process(target: Target) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    with holding_key(target, "acme", "read", expires_at=later.isoformat()) as reader:
        assert ask_all(reader) == {200}
        database = Database(f"sqlite:///{target.data / 'facetally.sqlite3'}")
        with closing(database), database.write() as session:
            of_reader = update(KeyRow).where(KeyRow.id == int(reader.headers["X-Key"]))
            session.execute(of_reader.values(expires_at=DatabaseTime(-1)))
        wait_for(lambda: has_ended(reader), "the end of the key")


@pytest.mark.parametrize("key", ["fct_", "fct_" + "a" * 43, "k" * 31, "*", "é", "k" * 5000])
def test_what_is_no_key_opens_nothing(target: Target, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}".encode()}
    assert target.client.get("/v1/jobs", headers=headers).status_code in REFUSED
