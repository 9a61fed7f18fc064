"""Keys that are not for something, not any more, or of someone else, on every call of the API."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import update

from db.clock import DatabaseTime
from db.engine import Database
from db.tables.access import KeyRow
from tests.support.programs.cli import wait_for
from tests.support.programs.target import ANSWER_SECONDS, Target

ITEM = {"uri": "https://img.example.com/1.jpg"}
# More requests than processes, so that each of them answers some.
ROUNDS = 8
REFUSED = {401, 429}


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


def ask_all(client: httpx.Client) -> set[int]:
    """What all processes answer, each request over a connection of its own."""
    return {ask(client) for _ in range(ROUNDS)}


def ask(client: httpx.Client) -> int:
    return client.get("/v1/jobs", headers={"Connection": "close"}).status_code


def has_ended(client: httpx.Client) -> bool:
    """A key that goes on being sent makes its address wait, too."""
    return ask(client) in REFUSED and ask_all(client) <= REFUSED


def list_calls(target: Target) -> list[tuple[str, str]]:
    paths = target.client.get("/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


@pytest.fixture
def job(target: Target) -> Iterator[tuple[int, int]]:
    """A job of a tenant, and its item."""
    with holding_key(target, "acme", "submit", "read", "pictures", "erase") as acme:
        made = acme.post("/v1/jobs", json={"items": [ITEM], "draft": True}).json()["id"]
        items = acme.get(f"/v1/jobs/{made}/results").json()["results"]
        yield made, items[0]["item"]
        assert acme.get(f"/v1/jobs/{made}").json()["state"] == "draft"
        assert acme.delete(f"/v1/jobs/{made}").status_code == 202


def test_nothing_of_another_tenant_is_found_on_any_call(
    target: Target, job: tuple[int, int]
) -> None:
    numbers = {"job_id": job[0], "other_id": job[0], "item_id": job[1], "key_id": 1, "track": 1}
    with holding_key(
        target, "bolt", "submit", "read", "pictures", "erase", "live", "admin"
    ) as bolt:
        asked = 0
        for method, path in list_calls(target):
            named = re.findall(r"{(\w+)}", path)
            if not set(named) & {"job_id", "item_id", "key_id"}:
                continue
            there, gone = (
                bolt.request(method, path.format_map(dict.fromkeys(named, 1) | some))
                for some in (numbers, dict.fromkeys(numbers, 10**9))
            )
            assert (there.status_code, gone.status_code) == (404, 404), path
            told = [re.sub(r"\d{2,}|\b\d\b", "N", answer.text) for answer in (there, gone)]
            assert told[0] == told[1], path
            asked += 1
        assert asked > 15
        for path in ("/v1/audience?job={}", "/v1/dimensions?job={}"):
            assert bolt.get(path.format(job[0])).status_code == 404
        for path in ("/v1/jobs", "/v1/audit", "/v1/tags"):
            assert f'"id":{job[0]},' not in bolt.get(path).text
        assert bolt.get("/metrics").status_code == 403


@pytest.mark.parametrize(
    "words", [{}, {"Authorization": "Bearer fct_wrong"}], ids=["none", "wrong"]
)
def test_no_call_is_answered_without_a_key(target: Target, words: dict[str, str]) -> None:
    paths = target.client.get("/openapi.json").json()["paths"]
    asked = 0
    with httpx.Client(base_url=target.url, headers={"Connection": "close", **words}) as client:
        for number, (method, path) in enumerate(list_calls(target)):
            # Each comes from someone else, as by way of a proxy, or the brake on wrong keys
            # answers.
            elsewhere = {"X-Forwarded-For": f"198.51.100.{number}"}
            needs = paths[path][method.lower()]["security"]
            address = re.sub(r"{\w+}", "1", path)
            status = client.request(method, address, headers=elsewhere).status_code
            assert (status == 401) == bool(needs), (method, path, status)
            asked += bool(needs)
    assert asked > 40


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
