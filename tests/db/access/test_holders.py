"""Whose sessions are open, and the end of all of one holder."""

import pytest
from sqlalchemy import update

from db.access.holders import end_sessions, read_sessions
from db.access.key_values import Holder, NewKey, Person, Scope
from db.access.keys import create_key, digest_of, revoke_key
from db.access.logins import open_session, read_session
from db.clock import DatabaseTime
from db.engine import Database
from db.reach import EVERYONE, Reach
from db.tables.access import SessionRow

ISSUER = "https://id.example"
OWN = (b"of the settings",)
ACME = Reach("acme")


def person(subject: str, tenant: str = "acme") -> Person:
    return Person(ISSUER, subject, f"anna ({subject})", Reach.of(tenant), frozenset({Scope.READ}))


@pytest.fixture
def key_id(database: Database) -> int:
    """With two sessions of a key of acme, two of anna, one of a person of bolt, one of the
    settings, and some that are over."""
    with database.write() as session:
        secret, key = create_key(session, NewKey("kiosk", ACME, frozenset(Scope)))
        gone, revoked = create_key(session, NewKey("gone", ACME, frozenset(Scope)))
        holders = [
            *(digest_of(secret), digest_of(secret), person("7"), person("7"), person("8", "bolt")),
            *(OWN[0], digest_of(gone), b"of settings that were changed"),
        ]
        for number, holder in enumerate(holders):
            open_session(session, bytes([number]), holder)
        elsewhere = Person("https://old.example", "7", "old", ACME, frozenset())
        open_session(session, b"elsewhere", elsewhere)
        open_session(session, b"expired", person("9"))
        session.flush()
        expired = update(SessionRow).where(SessionRow.digest == b"expired")
        session.execute(expired.values(expires_at=DatabaseTime(-1)))
        revoke_key(session, EVERYONE, revoked.id)
    return key.id


def listed(database: Database, reach: Reach) -> dict[Holder, tuple[str | None, str, int]]:
    with database.read() as session:
        found = read_sessions(session, reach, ISSUER, OWN)
    return {one.holder: (one.name, one.tenant, one.count) for one in found}


def end(database: Database, reach: Reach, holder: Holder) -> int:
    with database.write() as session:
        return end_sessions(session, reach, holder, ISSUER, OWN)


def test_those_who_are_logged_in_are_listed_with_how_often(database: Database, key_id: int) -> None:
    of_acme = {
        Holder(key_id=key_id): ("kiosk", "acme", 2),
        Holder(subject="7"): ("anna (7)", "acme", 2),
    }
    assert listed(database, ACME) == of_acme
    assert listed(database, EVERYONE) == {
        **of_acme,
        Holder(subject="8"): ("anna (8)", "bolt", 1),
        Holder(): (None, "*", 1),
    }


def test_all_sessions_of_one_holder_end_and_no_others(database: Database, key_id: int) -> None:
    assert end(database, ACME, Holder(subject="7")) == 2
    assert end(database, ACME, Holder(subject="7")) == 0
    with database.read() as session:
        assert read_session(session, bytes([2])) is None
        assert read_session(session, bytes([4])) == person("8", "bolt")
        assert read_session(session, b"elsewhere") is not None
    assert end(database, EVERYONE, Holder(key_id=key_id)) == 2
    assert end(database, EVERYONE, Holder()) == 1
    assert listed(database, EVERYONE).keys() == {Holder(subject="8")}


def test_sessions_out_of_reach_go_on(database: Database, key_id: int) -> None:
    bolt = Reach("bolt")
    for holder in (Holder(key_id=key_id), Holder(subject="7"), Holder()):
        assert end(database, bolt, holder) == 0
    assert end(database, ACME, Holder()) == 0
    assert len(listed(database, EVERYONE)) == 4
