"""All sessions of one person or key are ended over HTTP, by the client, the command and a page."""

import re

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from api.access.auditing import LONGEST_SUBJECT
from cli.server_commands.sessions import sessions as command
from db.access.audit import read_entries
from db.access.audit_values import Action
from db.access.key_values import Person, Scope
from db.access.keys import digest_of
from db.access.logins import open_session
from db.reach import EVERYONE, Reach
from tests.support.answers.http import OpenClient
from tests.support.servers.served import serve_app
from tests.support.work.access import OPERATOR_KEY, bearer, make_key, services_of

ISSUER = "https://id.example"
ANNA = Person(ISSUER, "24 é", "anna@example.com", Reach("acme"), frozenset({Scope.ADMIN}))
OPERATOR = bearer(OPERATOR_KEY)
PAGE = {"Accept": "text/html"}


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    """Where Anna is logged in twice."""
    opened = open_client(api_keys=(OPERATOR_KEY,), oidc_issuer=ISSUER, oidc_client_id="facetally")
    for cookie in ("one", "two"):
        log_in(opened, cookie, ANNA)
    return opened


def log_in(client: FlaskClient, cookie: str, holder: Person | bytes) -> None:
    with services_of(client).database.write() as session:
        open_session(session, digest_of(cookie), holder)


def is_in(client: FlaskClient, cookie: str) -> bool:
    client.set_cookie("facetally_session", cookie)
    answer = client.get("/v1/limits")
    client.delete_cookie("facetally_session")
    return answer.status_code == 200


def test_all_sessions_of_a_person_end_at_once(client: FlaskClient) -> None:
    [listed] = client.get("/v1/sessions", headers=OPERATOR).json["sessions"]
    assert (listed["holder"], listed["name"]) == ("person:24 é", "anna@example.com")
    assert (listed["tenant"], listed["count"]) == ("acme", 2)
    assert is_in(client, "one")
    ended = client.delete(
        "/v1/sessions", query_string={"holder": listed["holder"]}, headers=OPERATOR
    )
    assert ended.json == {"ended": 2}
    assert not is_in(client, "one")
    assert not is_in(client, "two")
    with services_of(client).database.read() as session:
        [entry] = read_entries(session, EVERYONE, limit=9, action=Action.ADMIN)
    assert (entry.subject, entry.caller) == ("holder person:24 é", "FACETALLY_API_KEYS")


def test_an_administrator_ends_only_sessions_of_their_tenant(client: FlaskClient) -> None:
    bolt = make_key(client, "bolt")
    assert client.get("/v1/sessions", headers=bolt).json == {"sessions": []}
    ended = client.delete("/v1/sessions?holder=person:24 é", headers=bolt)
    assert ended.json == {"ended": 0}
    assert is_in(client, "one")
    reader = make_key(client, "acme", Scope.READ)
    assert client.get("/v1/sessions", headers=reader).status_code == 403
    assert client.delete("/v1/sessions?holder=settings", headers=reader).status_code == 403


@pytest.mark.parametrize(
    "holder",
    ["", "person:", "key:0", "key:1e9", "key:" + "9" * 30, "all", "person:" + "a" * 256],
)
def test_what_is_no_holder_is_refused(client: FlaskClient, holder: str) -> None:
    answer = client.delete("/v1/sessions", query_string={"holder": holder}, headers=OPERATOR)
    assert answer.status_code == 422
    assert is_in(client, "one")


def test_the_audit_log_cuts_a_long_holder(client: FlaskClient) -> None:
    long = {"holder": "person:" + "a" * 255}
    assert client.delete("/v1/sessions", query_string=long, headers=OPERATOR).status_code == 200
    with services_of(client).database.read() as session:
        [entry] = read_entries(session, EVERYONE, limit=9, action=Action.ADMIN)
    assert len(entry.subject) == LONGEST_SUBJECT


def test_the_command_lists_and_ends_them(client: FlaskClient) -> None:
    with serve_app(client.application) as url:
        server = ["--url", url, "--key", OPERATOR_KEY]
        listed = CliRunner().invoke(command, ["list", *server])
        assert "person:24 é" in listed.output
        assert '"count":2' in CliRunner().invoke(command, ["list", "--json", *server]).output
        ended = CliRunner().invoke(command, ["end", "person:24 é", *server])
        assert (ended.exit_code, ended.output) == (0, "2 sessions of person:24 é ended.\n")
        again = CliRunner().invoke(command, ["end", "person:24 é", *server])
        assert again.exit_code == 1
        assert "has no session open" in again.output
    assert not is_in(client, "one")


def test_the_page_logs_someone_out_everywhere(client: FlaskClient) -> None:
    client.post("/login", data={"key": OPERATOR_KEY}, headers=PAGE)
    page = client.get("/keys", headers=PAGE).text
    assert 'aria-label="Log anna@example.com out everywhere"' in page
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    form = {"csrf_token": found[1], "holder": "person:24 é"}
    assert client.post("/keys/sessions/end", data=form, headers=PAGE).status_code == 303
    assert "anna@example.com out" not in client.get("/keys", headers=PAGE).text
    # The reader logs themselves out.
    form["holder"] = "settings"
    client.post("/keys/sessions/end", data=form, headers=PAGE)
    assert client.get("/keys", headers=PAGE).status_code == 303
