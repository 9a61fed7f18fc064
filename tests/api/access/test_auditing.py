"""What callers do is noted: who, what, to whose data, and from where."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from api.access.auditing import RecentEntries
from api.layout.texts import load_texts
from db.access.audit import prune_entries, read_entries
from db.access.audit_values import Action, NewEntry
from db.clock import DatabaseTime
from db.reach import EVERYONE
from db.tables.access import AuditRow
from facetally import Client
from facetally.answers.audit import ACTIONS
from tests.support.answers.http import OpenClient
from tests.support.programs.cli import call_facetally
from tests.support.servers.served import serve_app
from tests.support.work.access import OPERATOR_KEY, bearer, make_key, services_of

OPERATOR = bearer(OPERATOR_KEY)
ITEMS = {"items": [{"uri": "https://img.example.com/1.jpg"}]}


@pytest.fixture
def guarded(open_client: OpenClient) -> FlaskClient:
    return open_client(api_keys=(OPERATOR_KEY,), trusted_proxies=("127.0.0.1",))


def list_noted(client: FlaskClient) -> list[tuple[str, str, str, str]]:
    """Caller, action, subject and tenant, the oldest first."""
    with services_of(client).database.read() as session:
        entries = read_entries(session, EVERYONE, limit=1000)
    return [(one.caller, one.action.value, one.subject, one.tenant) for one in reversed(entries)]


def test_what_matters_is_noted_once_and_polling_is_not(guarded: FlaskClient) -> None:
    acme = make_key(guarded, "acme")
    guarded.post("/v1/jobs", json=ITEMS, headers=acme)
    for path in ("", "/results", "/results?format=csv", "/report", "/results?age_min=old"):
        with guarded.get(f"/v1/jobs/1{path}", headers=acme) as response:
            response.get_data()
    for path in ("/v1/jobs", "/v1/tags", "/v1/audience", "/v1/jobs/2", "/v1/keys"):
        guarded.get(path, headers=acme)
    guarded.get("/v1/items/1", headers=OPERATOR)
    guarded.delete("/v1/jobs/1", headers=OPERATOR)
    guarded.post("/v1/keys", json={"name": "b", "scopes": ["read"]}, headers=acme)
    guarded.delete("/v1/keys/2", headers=acme)
    mine, theirs = "of the test", "FACETALLY_API_KEYS"
    assert list_noted(guarded) == [
        (mine, "submit", "job 1", "acme"),
        (mine, "read", "job 1", "acme"),
        (mine, "export", "job 1", "acme"),
        (mine, "export", "job 1", "acme"),
        (theirs, "read", "item 1", "acme"),
        (theirs, "erase", "job 1", "acme"),
        (mine, "admin", "key 2", "acme"),
        (mine, "admin", "key 2", "acme"),
    ]


def test_the_same_again_is_no_news_within_a_minute(guarded: FlaskClient) -> None:
    made = guarded.post("/v1/jobs", json={"draft": True}, headers=OPERATOR).json["id"]
    ndjson = {"content_type": "application/x-ndjson", "headers": OPERATOR}
    for part in range(3):
        line = f'{{"uri": "https://img.example.com/{part}.jpg"}}'
        guarded.post(f"/v1/jobs/{made}/items", data=line, **ndjson)
        guarded.get(f"/v1/jobs/{made}/results?limit=1&cursor={part}", headers=OPERATOR)
    who = "FACETALLY_API_KEYS"
    assert list_noted(guarded) == [
        (who, "submit", "job 1", "default"),
        (who, "submit", "job 1", "default"),
        (who, "read", "job 1", "default"),
    ]


def test_what_differs_in_anything_is_news() -> None:
    recent, entry = RecentEntries(), NewEntry("acme", "a", Action.READ, "job 1", "r", "192.0.2.1")
    assert recent.add(entry)
    assert not recent.add(entry)
    assert recent.add(replace(entry, address="192.0.2.2"))
    assert recent.add(replace(entry, action=Action.EXPORT))


def test_a_session_is_noted_from_its_beginning_with_the_address(guarded: FlaskClient) -> None:
    where = {"X-Forwarded-For": "192.0.2.8", "Accept": "text/html"}
    guarded.post("/login", data={"key": "wrong"}, headers=where)
    guarded.post("/login", data={"key": OPERATOR_KEY}, headers=where)
    guarded.get("/jobs", headers=where)
    guarded.get("/items/1", headers=where)
    with services_of(guarded).database.read() as session:
        [entry] = read_entries(session, EVERYONE, limit=9)
    assert (entry.action, entry.address) == ("log_in", "192.0.2.8")


def test_an_administrator_reads_what_concerns_their_tenant(guarded: FlaskClient) -> None:
    acme, bolt = make_key(guarded, "acme"), make_key(guarded, "bolt")
    guarded.post("/v1/jobs", json=ITEMS, headers=acme)
    guarded.get("/v1/jobs/1/results", headers=OPERATOR)
    assert guarded.get("/v1/audit", headers=bolt).json == {"entries": [], "next_cursor": None}
    listed = guarded.get("/v1/audit?subject=job 1", headers=acme).json["entries"]
    assert [(one["caller"], one["action"]) for one in listed] == [
        ("FACETALLY_API_KEYS", "read"),
        ("of the test", "submit"),
    ]
    page = guarded.get("/v1/audit?limit=1&action=submit", headers=OPERATOR).json
    assert page["next_cursor"] == page["entries"][0]["id"] == 1
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    ask = {"since": later}
    assert guarded.get("/v1/audit", query_string=ask, headers=acme).json["entries"] == []


def test_the_client_and_the_command_list_entries(
    guarded: FlaskClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        guarded.post("/v1/jobs", json=ITEMS, headers=OPERATOR)
    monkeypatch.setattr("facetally.calls.keys.ENTRIES_PER_PAGE", 2)
    with serve_app(guarded.application) as url, Client(url, OPERATOR_KEY) as client:
        assert [one.subject for one in client.audit()] == ["job 3", "job 2", "job 1"]
        words = ("audit", "--job", 2, "--action", "submit")
        called = call_facetally(capsys, monkeypatch, *words, url=url, key=OPERATOR_KEY)
        assert called.returncode == 0
        assert "job 2" in called.stdout
        assert "job 3" not in called.stdout
        words = ("audit", "--json", "--limit", 1, "--days", 1)
        called = call_facetally(capsys, monkeypatch, *words, url=url, key=OPERATOR_KEY)
        assert called.stdout.count('"subject": "job 3"') == len(called.stdout.splitlines()) == 1
    assert set(ACTIONS) == set(Action)


def test_without_keys_nothing_is_noted(client: FlaskClient) -> None:
    client.post("/v1/jobs", json=ITEMS)
    assert list_noted(client) == []


def test_old_entries_are_removed_and_no_others(guarded: FlaskClient) -> None:
    for _ in range(2):
        guarded.post("/v1/jobs", json=ITEMS, headers=OPERATOR)
    with services_of(guarded).database.write() as session:
        first = update(AuditRow).where(AuditRow.id == 1)
        session.execute(first.values(at=DatabaseTime(-8 * 86400)))
        prune_entries(session, 0)
        prune_entries(session, 9)
        assert list(session.scalars(select(AuditRow.id))) == [1, 2]
        prune_entries(session, 7)
        assert list(session.scalars(select(AuditRow.id))) == [2]


def test_the_page_has_a_word_for_every_action() -> None:
    texts = load_texts("en")
    assert all(texts(f"keys.did_{action}") for action in Action)
