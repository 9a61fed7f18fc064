"""API keys: what each may do, and until when."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, Field, field_validator

from api.schemas.fields import Moment, Number, Strict, Text
from db.access.key_values import ApiKey, NewKey, Scope
from db.reach import ALL_TENANTS, TENANT_PATTERN, Reach

KeyName = Annotated[Text, Field(min_length=1, max_length=100)]
TenantName = Annotated[
    str, Field(pattern=rf"^(?:{TENANT_PATTERN}|\{ALL_TENANTS})$", examples=["acme"])
]


class KeyState(StrEnum):
    """Whether a key may be used."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


class KeyPath(BaseModel):
    """A key by its number."""

    key_id: Number


class KeyBody(Strict):
    """A key to make. Without a `tenant` it is for the caller's, or for `default`; `*` reaches all
    tenants. Without `expires_at` it lasts until it is revoked."""

    name: KeyName
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    tenant: TenantName | None = None
    expires_at: Moment | None = None

    @field_validator("expires_at")
    @classmethod
    def _require_future(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment <= datetime.now(UTC):
            raise ValueError("the time has passed: a key must expire in the future")
        return moment

    def to_key(self, home: str) -> NewKey:
        """`home` is the tenant where none is asked for."""
        reach = Reach.of(self.tenant or home)
        return NewKey(self.name, reach, frozenset(self.scopes), self.expires_at)


class KeyOut(BaseModel):
    """A key as it is known. `start` are its first characters, and `last_used_at` is to the
    minute."""

    id: int
    name: str
    start: str
    tenant: str
    scopes: list[Scope]
    state: KeyState
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls(
            id=key.id,
            name=key.name,
            start=key.start,
            tenant=key.reach.name,
            scopes=[scope for scope in Scope if scope in key.scopes],
            state=_find_state(key),
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            revoked_at=key.revoked_at,
        )


class MadeKeyOut(KeyOut):
    """A key that was just made, with the `key` itself, which is shown this once."""

    key: str


class KeysOut(BaseModel):
    """Every key, the newest first."""

    keys: list[KeyOut]

    @classmethod
    def of(cls, keys: Iterable[ApiKey]) -> Self:
        return cls(keys=[KeyOut.of(key) for key in keys])


def _find_state(key: ApiKey) -> KeyState:
    if key.revoked_at is not None:
        return KeyState.REVOKED
    is_over = key.expires_at is not None and key.expires_at <= datetime.now(UTC)
    return KeyState.EXPIRED if is_over else KeyState.VALID
