"""Notes in the audit log what a caller did, once the request has succeeded.

Where nobody has a key there is nobody to name, and nothing is noted.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from time import monotonic

from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError

from api.access.callers import LOCAL, Caller, find_caller
from api.access.owners import NUMBERED, Owners
from api.access.rights import find_right
from api.origins import find_address
from db.access.audit import record_entry
from db.access.audit_values import Action, NewEntry
from db.engine import Database

logger = logging.getLogger(__name__)

# Where a request has made something, its answer says so: /v1/jobs/7.
MADE = re.compile(r"^(?:/v1)?/([a-z]+)s/(\d+)$")
# Results and audiences in these formats are read on a screen, others are kept.
READ_FORMATS = frozenset({"", "json"})
LONGEST_SUBJECT = 200
NEWS_SECONDS = 60.0
MOST_KEPT = 10_000


class RecentEntries:
    """What this process has noted within the last minute. The same again is no news: a page of
    results after the other, the parts of an upload, the pictures of a camera."""

    def __init__(self) -> None:
        self._noted_at: dict[NewEntry, float] = {}

    def add(self, entry: NewEntry) -> bool:
        """Whether the entry is news."""
        now = monotonic()
        if now - self._noted_at.get(entry, float("-inf")) < NEWS_SECONDS:
            return False
        if len(self._noted_at) >= MOST_KEPT:
            self._noted_at.clear()
        self._noted_at[entry] = now
        return True


def audit(app: Flask, database: Database, owners: Owners) -> None:
    """Note every request that matters."""
    recent = RecentEntries()

    def note(response: Response) -> Response:
        caller = find_caller()
        action = _find_action()
        if caller in (None, LOCAL) or action is None or response.status_code >= 400:
            return response
        assert caller is not None
        entry = _describe(caller, action, owners, response)
        if recent.add(entry):
            record(database, entry)
        return response

    app.after_request(note)


def record(database: Database, entry: NewEntry) -> None:
    """Add an entry; where the database refuses, the log has it."""
    try:
        with database.write() as session:
            record_entry(session, entry)
    except SQLAlchemyError as error:
        fields = {**asdict(entry), "error": str(error)}
        logger.error("audit entry not stored", extra=fields)


def _find_action() -> Action | None:
    right = find_right(request.endpoint)
    is_kept = request.args.get("format", "") not in READ_FORMATS
    if is_kept and request.endpoint in ("results.list_results", "audience.show_audience"):
        return Action.EXPORT
    return right.action


def _describe(caller: Caller, action: Action, owners: Owners, response: Response) -> NewEntry:
    entry = NewEntry(
        tenant=caller.reach.home,
        caller=caller.name,
        action=action,
        subject="",
        route=request.endpoint or "",
        address=find_address(),
        key_id=caller.key_id,
    )
    for part, number in _find_parts(response).items():
        if part in NUMBERED and isinstance(number, int):
            noun, read = NUMBERED[part]
            owner = owners.find(read, number) or entry.tenant
            return replace(entry, subject=f"{noun} {number}", tenant=owner)
    return replace(entry, subject=_find_named()[:LONGEST_SUBJECT])


def _find_named() -> str:
    """What a request names by a word: a source, or whose sessions it ends."""
    for name in ("source", "holder"):
        if word := request.args.get(name) or request.form.get(name):
            return f"{name} {word}"
    return ""


def _find_parts(response: Response) -> Mapping[str, object]:
    """What was made, or else what the address names."""
    made = MADE.fullmatch(response.headers.get("Location", ""))
    return {f"{made[1]}_id": int(made[2])} if made else request.view_args or {}
