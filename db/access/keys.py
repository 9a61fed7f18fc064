"""API keys as rows.

A key is 256 random bits, so its plain SHA-256 is as hard to invert as to guess the key: a slow
hash, made for passwords that people choose, would only cost each request its time.
"""

from collections.abc import Mapping
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from db.access.key_values import ApiKey, NewKey, Scope
from db.clock import DatabaseTime
from db.reach import Reach
from db.tables.access import KeyRow

# Scanners for secrets that leaked find keys by how they begin.
PREFIX = "fct_"
RANDOM_BYTES = 32
START_LENGTH = len(PREFIX) + 6
# A use is noted at most this often.
USE_SECONDS = 60.0


def digest_of(secret: str) -> bytes:
    """What is kept of a key."""
    return sha256(secret.encode()).digest()


def create_key(session: Session, wanted: NewKey) -> tuple[str, ApiKey]:
    """A new key: the secret, which nothing keeps, and what is known of it."""
    secret = PREFIX + token_urlsafe(RANDOM_BYTES)
    row = KeyRow(
        name=wanted.name,
        start=secret[:START_LENGTH],
        digest=digest_of(secret),
        tenant=wanted.reach.name,
        scopes=sorted(wanted.scopes),
        expires_at=wanted.expires_at,
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    return secret, _read_row(row)


def read_keys(session: Session, reach: Reach) -> list[ApiKey]:
    """The keys of a tenant, or all of them, revoked ones included; the newest first."""
    query = select(KeyRow).where(*reach.match(KeyRow.tenant)).order_by(KeyRow.id.desc())
    return [_read_row(row) for row in session.scalars(query)]


def read_valid_keys(session: Session) -> Mapping[bytes, ApiKey]:
    """The keys that may be used now, by their digests."""
    query = select(KeyRow).where(*_are_valid())
    return {row.digest: _read_row(row) for row in session.scalars(query)}


def read_valid_key(session: Session, digest: bytes) -> ApiKey | None:
    """The key of this digest, if it may be used now."""
    row = session.scalars(select(KeyRow).where(KeyRow.digest == digest, *_are_valid())).first()
    return None if row is None else _read_row(row)


def _are_valid() -> tuple[ColumnElement[bool], ...]:
    lasting = or_(KeyRow.expires_at.is_(None), KeyRow.expires_at > DatabaseTime())
    return KeyRow.revoked_at.is_(None), lasting


def has_keys(session: Session) -> bool:
    """Whether there was ever a key; one that was revoked counts, too."""
    return session.execute(select(KeyRow.id).limit(1)).first() is not None


def read_tenant_of_key(session: Session, key_id: int) -> str | None:
    """Whose data a key reaches, if it exists."""
    return session.scalar(select(KeyRow.tenant).where(KeyRow.id == key_id))


def revoke_key(session: Session, reach: Reach, key_id: int) -> ApiKey | None:
    """End a key of this reach; None where there is none. Revoking it again changes nothing."""
    row = session.get(KeyRow, key_id)
    if row is None or not reach.includes(row.tenant):
        return None
    unrevoked = update(KeyRow).where(KeyRow.id == key_id, KeyRow.revoked_at.is_(None))
    session.execute(unrevoked.values(revoked_at=DatabaseTime()))
    session.refresh(row)
    return _read_row(row)


def note_use(session: Session, key_id: int) -> None:
    """Note that a key was used now, unless a use within the last minute is noted."""
    long_ago = or_(KeyRow.last_used_at.is_(None), KeyRow.last_used_at < DatabaseTime(-USE_SECONDS))
    used = update(KeyRow).where(KeyRow.id == key_id, long_ago)
    session.execute(used.values(last_used_at=DatabaseTime()))


def _read_row(row: KeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        start=row.start,
        reach=Reach.of(row.tenant),
        scopes=frozenset(map(Scope, row.scopes)),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
