"""The audit log: who did what, when and from where."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.fields import Moment, Number, Strict, Text
from db.access.audit_values import Action, Entry


class AuditQuery(Strict):
    """Which entries to list. `cursor` is the `next_cursor` of the previous page; `subject` is a
    word and a number, such as `job 7`."""

    action: Action | None = None
    subject: Text | None = None
    since: Moment | None = None
    limit: int = Field(100, ge=1, le=1000)
    cursor: Number | None = None


class AuditOut(BaseModel):
    """A page of entries, the newest first."""

    entries: list[Entry]
    next_cursor: int | None

    @classmethod
    def of(cls, entries: Sequence[Entry], limit: int) -> Self:
        is_full = len(entries) == limit
        return cls(entries=list(entries), next_cursor=entries[-1].id if is_full else None)
