"""The rows of browsers: those that are logged in, and those that failed to."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.clock import DatabaseTime
from db.tables import Table


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
