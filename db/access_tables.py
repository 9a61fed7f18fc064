"""The rows of who may call: keys, browsers that are logged in, and those that failed to."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.clock import DatabaseTime
from db.tables import BigKey, Json, Table


class KeyRow(Table):
    """An API key: its digest, what it may do, and until when. It is kept once it is revoked."""

    __tablename__ = "keys"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str]
    # The first characters of the key, by which its holder recognizes it.
    start: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    # Whose data it reaches, or ALL_TENANTS.
    tenant: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    expires_at: Mapped[datetime | None]
    # To the minute.
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SessionRow(Table):
    """A browser that is logged in: the digests of its cookie, and of the key that opened it."""

    __tablename__ = "sessions"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    key_digest: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=DatabaseTime())


class LoginFailureRow(Table):
    """An address that failed to log in, and how often since it last succeeded."""

    __tablename__ = "login_failures"

    address: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
