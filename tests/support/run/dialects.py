"""Databases that are quick to test with: their compiled statements are shared, since each test has
an engine of its own, and SQLite does not wait for the disk. Both would take longer than most tests.
"""

from collections.abc import Hashable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.util import LRUCache

COMPILED: LRUCache[Hashable, Any] = LRUCache(4000)


class _Shared:
    """Dialects are a part of the keys by which compiled statements are found."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=COMPILED)


class SharedSqlite(_Shared, SQLiteDialect_pysqlite):
    supports_statement_cache = True

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        super().engine_created(engine)
        event.listen(engine, "checkout", _leave_disk_to_system)


class SharedPostgresql(_Shared, PGDialect_psycopg):
    supports_statement_cache = True


def _leave_disk_to_system(connection: DBAPIConnection, *_: object) -> None:
    """What is committed would be lost only with the machine, not with a process."""
    connection.cursor().execute("PRAGMA synchronous=OFF")


def share_compiled_statements() -> None:
    """For engines that are made from now on in this process."""
    registry.register("sqlite", __name__, SharedSqlite.__name__)
    registry.register("postgresql.psycopg", __name__, SharedPostgresql.__name__)
