"""Who sent a request: set before its view is called."""

from dataclasses import dataclass

from flask import g

from db.reach import EVERYONE, Reach


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose data a caller reads and changes."""

    reach: Reach


OPERATOR = Caller(EVERYONE)


def current_caller() -> Caller:
    """Who sent this request; only for views that not everybody may call."""
    caller = g.get("caller")
    if not isinstance(caller, Caller):
        raise TypeError("This request was not checked, so nobody may read anything.")
    return caller
