"""Values of API keys: what each may do, whose data it reaches, and until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from db.reach import Reach


class Scope(StrEnum):
    """What a key may be used for. None includes another."""

    SUBMIT = "submit"  # submit jobs, and start, cancel, resume, retry and rerun them
    READ = "read"  # follow jobs; read results, audiences and thumbnails with blurred faces
    PICTURES = "pictures"  # see faces: pictures, videos, and thumbnails that are not blurred
    ERASE = "erase"  # erase jobs
    LIVE = "live"  # analyze single pictures at once, and watch live sources
    ADMIN = "admin"  # make and revoke keys, read the audit log


@dataclass(frozen=True, slots=True)
class Person:
    """Someone whom an OpenID provider knows, and what they may do here. `subject` is how that
    `issuer` tells them from others; `name` is for people to read, and contains it."""

    issuer: str
    subject: str
    name: str
    reach: Reach
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose sessions are meant: those of a person by the subject, those of a key by its number, or
    those of all keys of the settings."""

    subject: str | None = None
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of browsers that a holder has open."""

    holder: Holder
    name: str | None
    tenant: str
    count: int
    last_opened_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is asked for."""

    name: str
    reach: Reach
    scopes: frozenset[Scope]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is known: never itself, only its `start`, by which its holder recognizes it."""

    id: int
    name: str
    start: str
    reach: Reach
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
