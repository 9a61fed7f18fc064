"""Who logs in, and how long someone who keeps failing to has to wait.

Failures count for the address that they come from and, so that many addresses do not help, for the
key that they try: by how it begins, which is all that others can know of it.
"""

import logging
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from math import ceil

from api.access.callers import Caller
from api.errors import ApiError
from api.origins import find_origin
from db.access.audit import record_entry
from db.access.audit_values import Action, NewEntry
from db.access.keys import START_LENGTH
from db.access.logins import (
    LONGEST_PAUSE_SECONDS,
    forget_failures,
    note_failure,
    read_pause_seconds,
)
from db.engine import Database

logger = logging.getLogger(__name__)

# The holder of a key has to wait, too, while someone else tries it.
LONGEST_PAUSE_OF_KEY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class LogIn:
    """An attempt to log in: from an address, with a key or, at an OpenID provider, without."""

    address: str
    route: str
    key: str = ""

    @property
    def pauses(self) -> dict[str, int]:
        """What its failures count for, and how long each may have to wait, in seconds."""
        pauses = {f"address {find_origin(self.address)}": LONGEST_PAUSE_SECONDS}
        if self.key:
            start = sha256(self.key[:START_LENGTH].encode()).hexdigest()
            pauses[f"key {start[:16]}"] = LONGEST_PAUSE_OF_KEY_SECONDS
        return pauses


def check_pause(database: Database, log_in: LogIn) -> None:
    """Raises ApiError while someone has to wait."""
    with database.read() as session:
        seconds = ceil(max(read_pause_seconds(session, *one) for one in log_in.pauses.items()))
    if seconds > 0:
        problem = f"Too many attempts to log in. Try again in {seconds} seconds."
        raise ApiError(HTTPStatus.TOO_MANY_REQUESTS, problem, retry_after_seconds=seconds)


def note_refusal(database: Database, log_in: LogIn, reason: str) -> None:
    logger.warning("log-in refused", extra={"address": log_in.address, "reason": reason})
    with database.write() as session:
        for subject in log_in.pauses:
            note_failure(session, subject)


def note_log_in(database: Database, log_in: LogIn, caller: Caller) -> None:
    """Forget the failures, and have an entry in the audit log."""
    entry = NewEntry(
        tenant=caller.reach.home,
        caller=caller.name,
        action=Action.LOG_IN,
        subject="",
        route=log_in.route,
        address=log_in.address,
        key_id=caller.key_id,
    )
    with database.write() as session:
        for subject in log_in.pauses:
            forget_failures(session, subject)
        record_entry(session, entry)
