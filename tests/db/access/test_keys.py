"""Keys are rows: only digests are kept, and what is over stays listed."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from db.access.key_values import NewKey, Scope
from db.access.keys import (
    PREFIX,
    USE_SECONDS,
    create_key,
    digest_of,
    has_keys,
    note_use,
    read_keys,
    read_valid_key,
    read_valid_keys,
    revoke_key,
)
from db.clock import DatabaseTime
from db.engine import Database
from db.reach import EVERYONE, Reach
from db.tables.access import KeyRow

ACME = Reach("acme")
WANTED = NewKey("kiosk", ACME, frozenset({Scope.LIVE, Scope.READ}))


def test_a_key_is_found_by_its_digest_alone(database: Database) -> None:
    with database.write() as session:
        assert not has_keys(session)
        secret, made = create_key(session, WANTED)
        assert has_keys(session)
    assert secret.startswith(PREFIX)
    assert secret.startswith(made.start)
    with database.read() as session:
        assert read_valid_keys(session) == {digest_of(secret): made}
        assert read_valid_key(session, digest_of(secret)) == made
        assert read_valid_key(session, digest_of("other")) is None
        [row] = session.scalars(select(KeyRow))
        assert secret not in {str(value) for value in vars(row).values()}
    assert (made.reach, made.scopes, made.last_used_at) == (ACME, WANTED.scopes, None)


def test_a_key_ends_when_it_is_revoked_or_expires(database: Database) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    with database.write() as session:
        _, revoked = create_key(session, WANTED)
        _, expired = create_key(session, NewKey("old", ACME, WANTED.scopes, soon))
        _, left = create_key(session, NewKey("new", ACME, WANTED.scopes, soon))
    with database.write() as session:
        first = revoke_key(session, ACME, revoked.id)
        assert first is not None
        assert first.revoked_at is not None
        again = revoke_key(session, EVERYONE, revoked.id)
        assert again == first
        assert revoke_key(session, Reach("bolt"), left.id) is None
        assert revoke_key(session, EVERYONE, 99) is None
        over = update(KeyRow).where(KeyRow.id == expired.id)
        session.execute(over.values(expires_at=DatabaseTime(-1)))
    with database.read() as session:
        assert [key.id for key in read_valid_keys(session).values()] == [left.id]
        assert [key.id for key in read_keys(session, ACME)] == [left.id, expired.id, revoked.id]
        assert read_keys(session, Reach("bolt")) == []


def test_the_last_use_is_noted_once_a_minute(database: Database) -> None:
    def read_use() -> datetime | None:
        with database.read() as session:
            return session.scalar(select(KeyRow.last_used_at))

    with database.write() as session:
        _, made = create_key(session, WANTED)
        note_use(session, made.id)
    first = read_use()
    assert first is not None
    with database.write() as session:
        note_use(session, made.id)
    assert read_use() == first
    with database.write() as session:
        long_ago = update(KeyRow).values(last_used_at=DatabaseTime(-USE_SECONDS - 1))
        session.execute(long_ago)
        note_use(session, made.id)
    later = read_use()
    assert later is not None
    assert later >= first
