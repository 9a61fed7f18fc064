"""Sessions of browsers: who has some open, and whose to end."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from pydantic import BaseModel, field_validator

from api.schemas.fields import Strict, Text
from db.access.key_values import Holder, Sessions

LONGEST_SUBJECT = 255
PERSON, KEY, SETTINGS = "person:", "key:", "settings"
HOLDER = re.compile(
    rf"{PERSON}.{{1,{LONGEST_SUBJECT}}}|{KEY}[1-9][0-9]{{0,17}}|{SETTINGS}", re.DOTALL
)


class HolderQuery(Strict):
    """Whose sessions are meant: `person:` and the subject of a person, `key:` and the number of a
    key, or `settings` for the keys of FACETALLY_API_KEYS."""

    holder: Text

    @field_validator("holder")
    @classmethod
    def _require_holder(cls, value: str) -> str:
        if not HOLDER.fullmatch(value):
            raise ValueError("write person:SUBJECT, key:NUMBER or settings, as they are listed")
        return value

    def to_holder(self) -> Holder:
        if self.holder.startswith(PERSON):
            return Holder(subject=self.holder.removeprefix(PERSON))
        if self.holder.startswith(KEY):
            return Holder(key_id=int(self.holder.removeprefix(KEY)))
        return Holder()


class SessionsOut(BaseModel):
    """The sessions that a `holder` has open, `count` of them; `expires_at` is when the last one
    ends by itself."""

    holder: str
    name: str
    tenant: str
    count: int
    last_opened_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, sessions: Sessions) -> Self:
        return cls(
            holder=_write(sessions.holder),
            name=sessions.name or "FACETALLY_API_KEYS",
            tenant=sessions.tenant,
            count=sessions.count,
            last_opened_at=sessions.last_opened_at,
            expires_at=sessions.expires_at,
        )


class SessionsListOut(BaseModel):
    """Everybody who is logged in, the last one first."""

    sessions: list[SessionsOut]

    @classmethod
    def of(cls, found: Iterable[Sessions]) -> Self:
        return cls(sessions=[SessionsOut.of(one) for one in found])


class EndedOut(BaseModel):
    """How many sessions were ended."""

    ended: int


def _write(holder: Holder) -> str:
    if holder.subject is not None:
        return PERSON + holder.subject
    return SETTINGS if holder.key_id is None else f"{KEY}{holder.key_id}"
