"""Wrong keys make their address wait longer and longer; valid ones never do."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.access.callers import OPERATOR
from api.access.wrong_keys import WrongKeys
from api.errors import ApiError
from db.access import logins
from db.access.key_values import NewKey, Scope
from db.access.keys import create_key
from db.access.logins import note_failure
from db.engine import Database
from db.reach import EVERYONE
from db.tables.access import LoginFailureRow
from tests.support.answers.http import OpenClient
from tests.support.work.access import OPERATOR_KEY, bearer, lengthen_pauses, services_of

WRONG = bearer("fct_" + "x" * 43)


@pytest.fixture
def guarded(open_client: OpenClient) -> FlaskClient:
    return open_client(api_keys=(OPERATOR_KEY,), trusted_proxies=("127.0.0.1",))


def ask(client: FlaskClient, headers: dict[str, str], forwarded: str = "") -> int:
    more = {"X-Forwarded-For": forwarded} if forwarded else {}
    return client.get("/v1/jobs", headers={**headers, **more}).status_code


def ask_until_refused(client: FlaskClient, forwarded: str = "") -> None:
    assert [ask(client, WRONG, forwarded) for _ in range(5)] == [401] * 5
    lengthen_pauses(client)
    assert ask(client, WRONG, forwarded) == 429


def test_an_address_waits_after_some_wrong_keys_and_a_valid_key_does_not(
    guarded: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    ask_until_refused(guarded)
    caplog.clear()
    refused = guarded.get("/v1/jobs", headers=WRONG)
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "too_many_requests")
    assert 60 < int(refused.headers["Retry-After"]) <= 900
    [line] = caplog.records
    assert (line.message, line.status, line.address) == ("request refused", 429, "127.0.0.1")
    assert ask(guarded, bearer(OPERATOR_KEY)) == 200
    # Another address, a call without a key, and a log-in do not wait.
    assert ask(guarded, WRONG, "192.0.2.8") == 401
    assert ask(guarded, {}) == 401
    assert guarded.post("/login", data={"key": OPERATOR_KEY}).status_code == 303


def test_other_processes_know_who_has_to_wait(
    guarded: FlaskClient, open_client: OpenClient
) -> None:
    ask_until_refused(guarded)
    other = open_client(api_keys=(OPERATOR_KEY,))
    assert ask(other, WRONG) == 429
    assert ask(other, bearer(OPERATOR_KEY)) == 200


def test_a_new_key_is_good_where_wrong_ones_wait(guarded: FlaskClient) -> None:
    ask_until_refused(guarded)
    body = {"name": "new", "scopes": ["read"], "tenant": "acme"}
    made = guarded.post("/v1/keys", json=body, headers=bearer(OPERATOR_KEY)).json
    assert ask(guarded, bearer(made["key"])) == 200


def test_a_key_of_another_process_is_found_at_once(guarded: FlaskClient) -> None:
    assert ask(guarded, WRONG) == 401
    wanted = NewKey("new", EVERYONE, frozenset(Scope))
    with services_of(guarded).database.write() as session:
        secret, _ = create_key(session, wanted)
    assert ask(guarded, bearer(secret)) == 200


@pytest.mark.parametrize(
    "write",
    [
        lambda number: f"2001:db8::{number:x}",
        lambda number: f"[2001:db8::{number:x}]:{number}",
        lambda number: f"203.0.113.{number}, 192.0.2.8",
        lambda number: f"192.0.2.8:{number}",
        lambda number: f"::ffff:192.0.2.8, nonsense {number}\n, ::ffff:192.0.2.8".replace("\n", ""),
        lambda number: f"nonsense {number}",
        lambda number: "9" * (4000 + number),
    ],
    ids=["ipv6", "ipv6-port", "forged", "port", "mapped", "nonsense", "huge"],
)
def test_no_way_to_write_an_address_makes_many_of_one(
    guarded: FlaskClient, write: Callable[[int], str]
) -> None:
    for number in range(1, 6):
        assert ask(guarded, WRONG, write(number)) == 401
    lengthen_pauses(guarded)
    assert ask(guarded, WRONG, write(6)) == 429


def test_many_addresses_take_bounded_space(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logins, "MOST_REMEMBERED", 10)
    for number in range(50):
        with database.write() as session:
            note_failure(session, f"calls from {number}")
    with database.read() as session:
        left = session.scalars(select(LoginFailureRow.subject)).all()
    assert len(left) <= 11
    assert "calls from 49" in left


def test_one_unknown_key_is_looked_up_at_a_time(client: FlaskClient) -> None:
    """A flood of wrong keys from many addresses takes one thread of the database, not all."""
    wrong_keys = WrongKeys(services_of(client).database)
    app: Flask = client.application

    def find_while_another_asks() -> None:
        with pytest.raises(ApiError) as refused:
            wrong_keys.look_up(lambda: OPERATOR)
        assert refused.value.status is HTTPStatus.TOO_MANY_REQUESTS

    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.8"}):
        assert wrong_keys.look_up(find_while_another_asks) is None
        assert wrong_keys.look_up(lambda: OPERATOR) is OPERATOR
