"""The rows of who may call, and who did what: keys, browsers, failures to log in, the audit log."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.clock import DatabaseTime
from db.tables.metadata import BigKey, Json, Table


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
    """A browser that is logged in: the digest of its cookie, and either that of the key that opened
    it, or who opened it, as an OpenID provider says."""

    __tablename__ = "sessions"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    expires_at: Mapped[datetime]
    key_digest: Mapped[bytes | None]
    issuer: Mapped[str | None]
    subject: Mapped[str | None]
    name: Mapped[str | None]
    # Whose data a person reaches, or ALL_TENANTS.
    tenant: Mapped[str | None]
    scopes: Mapped[list[str] | None] = mapped_column(Json)


class LoginFailureRow(Table):
    """How often someone failed to log in since the last success: from one address, as in `address
    192.0.2.8`, or with one key, as in `key 3f…`, a digest of how it begins. Also how often wrong
    keys came with `calls from 192.0.2.8`."""

    __tablename__ = "login_failures"
    __table_args__ = (Index("login_failures_by_time", "failed_at"),)

    subject: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(default=DatabaseTime())


class AuditRow(Table):
    """What someone did with the data of a tenant. Rows are only added, and removed when old."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_by_tenant", "tenant", "id"), Index("audit_by_time", "at"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime] = mapped_column(default=DatabaseTime())
    tenant: Mapped[str]
    # The name of the key, and its number where it is a row.
    caller: Mapped[str]
    key_id: Mapped[int | None] = mapped_column(BigKey)
    action: Mapped[str]
    # A word and a number, such as `job 7`.
    subject: Mapped[str]
    route: Mapped[str]
    address: Mapped[str]
