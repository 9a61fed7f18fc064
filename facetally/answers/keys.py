"""API keys, which administrators make and revoke, and the sessions of browsers."""

from dataclasses import dataclass
from datetime import datetime

# What keys may be used for; none includes another.
SCOPES = ("submit", "read", "pictures", "erase", "live", "admin")


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as the server knows it: `start` are its first characters. `state` is valid,
    expired or revoked; `tenant` is * for a key that reaches all."""

    id: int
    name: str
    start: str
    tenant: str
    scopes: tuple[str, ...]
    state: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None  # to the minute
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadeKey(Key):
    """A key that was just made. `key` is what its holder sends; the server shows it this once."""

    key: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of browsers that a `holder` has open: `person:` and their subject at the OpenID
    provider, `key:` and its number, or `settings`. The last one ends by itself at `expires_at`."""

    holder: str
    name: str
    tenant: str
    count: int
    last_opened_at: datetime
    expires_at: datetime
