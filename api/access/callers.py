"""Who sent a request: whose data they reach, and what they may do."""

from dataclasses import dataclass

from flask import g

from api.access.rights import Right
from db.access.key_values import Scope
from db.reach import EVERYONE, Reach


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a key, by its name; or a program of this machine where no key is needed."""

    name: str
    reach: Reach
    scopes: frozenset[Scope]
    # Of a key that is a row.
    key_id: int | None = None

    def may(self, right: Right) -> bool:
        """Whether its key is for this."""
        has_scope = right.scope is None or right.scope in self.scopes
        return has_scope and (self.reach.tenant is None or not right.of_operators)


ALL_SCOPES = frozenset(Scope)
# A program of this machine, where no key is needed.
LOCAL = Caller("local", EVERYONE, ALL_SCOPES)
# The holder of a key in FACETALLY_API_KEYS.
OPERATOR = Caller("FACETALLY_API_KEYS", EVERYONE, ALL_SCOPES)


def current_caller() -> Caller:
    """Who sent this request; only for views that not everybody may call."""
    caller = find_caller()
    if caller is None:
        raise TypeError("This request was not checked, so nobody may read anything.")
    return caller


def find_caller() -> Caller | None:
    """Who sent this request; None where everybody may."""
    caller = g.get("caller")
    return caller if isinstance(caller, Caller) else None
