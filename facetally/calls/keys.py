"""Calls about API keys and sessions, and about what was done with them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from facetally.answers.audit import Entry
from facetally.answers.keys import Key, MadeKey, Sessions
from facetally.connection import Connection, Parameters

ENTRIES_PER_PAGE = 100
JSON = {"Content-Type": "application/json"}


class KeyCalls:
    """Makes, lists and revokes API keys, ends sessions, and reads the audit log."""

    _connection: Connection

    def api_keys(self) -> tuple[Key, ...]:
        """The API keys that were made, the newest first; needs a key with the scope admin."""
        return self._connection.parse(_KeyList, self._connection.get("/v1/keys")).keys

    def create_key(
        self,
        name: str,
        scopes: Sequence[str],
        *,
        tenant: str | None = None,
        expires_at: datetime | None = None,
    ) -> MadeKey:
        """Make an API key for a tenant, without one for the caller's; it is returned this once."""
        body = {"name": name, "scopes": list(scopes), "tenant": tenant}
        expiry = {} if expires_at is None else {"expires_at": expires_at.isoformat()}
        content = json.dumps({**body, **expiry}).encode()
        return self._connection.parse(MadeKey, self._connection.send("/v1/keys", content, JSON))

    def revoke_key(self, key_id: int) -> Key:
        """End an API key, and the sessions of browsers that it opened."""
        return self._connection.parse(Key, self._connection.call("DELETE", f"/v1/keys/{key_id}"))

    def sessions(self) -> tuple[Sessions, ...]:
        """Who is logged in with a browser, the last one first."""
        data = self._connection.get("/v1/sessions")
        return self._connection.parse(_SessionsList, data).sessions

    def end_sessions(self, holder: str) -> int:
        """End all sessions of a holder, as `sessions` names them; returns how many."""
        data = self._connection.call("DELETE", f"/v1/sessions?{urlencode({'holder': holder})}")
        return self._connection.parse(_Ended, data).ended

    def audit(
        self,
        *,
        action: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
    ) -> Iterator[Entry]:
        """Who did what, the newest first; needs a key with the scope admin.

        `subject` is a word and a number, such as `job 7`.
        """
        start = None if since is None else since.isoformat()
        wanted: Parameters = {"action": action, "subject": subject, "since": start}
        cursor: int | None = None
        while True:
            of_page = {**wanted, "limit": ENTRIES_PER_PAGE, "cursor": cursor}
            data = self._connection.get("/v1/audit", of_page)
            page = self._connection.parse(_AuditPage, data)
            yield from page.entries
            cursor = page.next_cursor
            if cursor is None:
                return


@dataclass(frozen=True, slots=True)
class _KeyList:
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class _SessionsList:
    sessions: tuple[Sessions, ...]


@dataclass(frozen=True, slots=True)
class _Ended:
    ended: int


@dataclass(frozen=True, slots=True)
class _AuditPage:
    entries: tuple[Entry, ...]
    next_cursor: int | None
