"""The keys that are valid, those of the settings and those that are rows; and the OpenID provider
whose word counts.

Rows are read again every few seconds, so that each process of the API notices by itself when one is
made, revoked or expires. No key is compared: its SHA-256 is looked up, and what that takes says
nothing about the key.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from api.access.callers import OPERATOR, Caller
from db.access.key_values import ApiKey, Person
from db.access.keys import (
    USE_SECONDS,
    digest_of,
    has_keys,
    note_use,
    read_valid_key,
    read_valid_keys,
)
from db.engine import Database

logger = logging.getLogger(__name__)

# A key that was revoked or expired is refused at the latest after this time.
FRESH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Rows:
    """The valid keys by their digests, as they were read at a time of the monotonic clock."""

    read_at: float
    valid: Mapping[bytes, Caller]
    # Whether there was ever one.
    any: bool


class Keyring:
    """Finds callers by their keys; several threads use it."""

    def __init__(self, database: Database, api_keys: Iterable[str], issuer: str = "") -> None:
        """`issuer` is the OpenID provider at which people log in, if there is one."""
        self._database = database
        self.issuer = issuer
        self._own = {digest_of(api_key): OPERATOR for api_key in api_keys}
        self._rows = _Rows(float("-inf"), {}, any=False)
        self._used_at: dict[int, float] = {}
        self._lock = Lock()

    def is_empty(self) -> bool:
        """Whether callers need no key: there never was one, and nobody can log in otherwise."""
        return not self.issuer and not self.has_keys()

    def has_keys(self) -> bool:
        """Whether there is a key, or was one."""
        return bool(self._own) or self._read().any

    @property
    def own_digests(self) -> tuple[bytes, ...]:
        """Of the keys of the settings."""
        return tuple(self._own)

    def find(self, secret: str) -> Caller | None:
        """Whose key this is."""
        return self.find_digest(digest_of(secret.strip()))

    def find_known(self, secret: str) -> Caller | None:
        """The same among the keys that this process knows, which may cost a read every few
        seconds, however many wrong keys are sent."""
        return self._find_known(digest_of(secret.strip()))

    def find_holder(self, holder: bytes | Person) -> Caller | None:
        """Who has opened a session: a person, or whoever has the key of this digest."""
        if not isinstance(holder, Person):
            return self.find_digest(holder)
        if holder.issuer != self.issuer:
            return None
        return Caller(holder.name, holder.reach, holder.scopes)

    def find_digest(self, digest: bytes) -> Caller | None:
        """Whose key has this digest."""
        return self._find_known(digest) or self._find_new(digest)

    def _find_known(self, digest: bytes) -> Caller | None:
        return self._own.get(digest) or self._read().valid.get(digest)

    def _find_new(self, digest: bytes) -> Caller | None:
        """A key that another process has just made is good at once."""
        with self._database.read() as session:
            key = read_valid_key(session, digest)
        if key is None:
            return None
        self.forget()
        return _make_caller(key)

    def note_use(self, caller: Caller) -> None:
        """Keep when a key was last used, at most once a minute."""
        key_id, now = caller.key_id, monotonic()
        if key_id is None or now - self._used_at.get(key_id, float("-inf")) < USE_SECONDS:
            return
        self._used_at[key_id] = now
        try:
            with self._database.write() as session:
                note_use(session, key_id)
        except SQLAlchemyError as error:
            # The request itself may not need to write.
            logger.warning("use of a key not noted", extra={"error": str(error)})

    def forget(self) -> None:
        """Read all rows again at the next use, as after this process changed one."""
        self._rows = _Rows(float("-inf"), {}, any=False)

    def _read(self) -> _Rows:
        with self._lock:
            if monotonic() - self._rows.read_at > FRESH_SECONDS:
                self._rows = self._read_rows()
            return self._rows

    def _read_rows(self) -> _Rows:
        read_at = monotonic()
        with self._database.read() as session:
            keys = read_valid_keys(session)
            valid = {digest: _make_caller(key) for digest, key in keys.items()}
            return _Rows(read_at, valid, any=bool(valid) or has_keys(session))


def _make_caller(key: ApiKey) -> Caller:
    return Caller(key.name, key.reach, key.scopes, key.id)
