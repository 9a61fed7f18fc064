"""Sessions on a database, SQLite or PostgreSQL: `Database.read()` and `Database.write()`."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from db.writers import WriterQueue

# How long to wait for a lock: longer than the few seconds for which a large submission keeps it.
BUSY_SECONDS = 15
# Of the connections that it keeps open; it opens more than it keeps while many are needed.
MORE_CONNECTIONS = 10
LAST = "facetally_last"
MEMORY = ":memory:"
# Part of an address: connections are PgBouncer's, and change hands after each transaction.
POOLING, TRANSACTION = "pooling", "transaction"
# deploy/postgres/roles.sql has the same, for connections that cannot bring their own.
POSTGRESQL_GUARDS = (
    "-c statement_timeout=30000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"
)


class Database:
    """Sessions on one database. A process must open its own, after it was forked."""

    def __init__(self, url: str, connections: int = 5) -> None:
        self.engine = _create_engine(url, connections)
        # SQLite's readers see one snapshot anyway.
        self._reading = (
            self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            if self.engine.dialect.name == "postgresql"
            else self.engine
        )
        self._writing = self.engine.execution_options(facetally_writes=True)
        path = self.engine.url.database or MEMORY
        is_file = url.startswith("sqlite") and path != MEMORY
        self._writers = WriterQueue(path, BUSY_SECONDS) if is_file else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one snapshot of the database and is never committed."""
        with Session(self._reading) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, rolled back if the block raises."""
        with (
            self._turn(),
            Session(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
            for change in session.info.pop(LAST, ()):
                change(session)

    def _turn(self) -> AbstractContextManager[None]:
        return nullcontext() if self._writers is None else self._writers.turn()

    @contextmanager
    def connect_to_migrate(self) -> Iterator[Connection]:
        """One transaction on a bare connection, without time limits."""
        with self._writing.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield connection

    def describe(self) -> str:
        """Which database this is, `PostgreSQL 18.1`; without the version before its first use."""
        dialect = self.engine.dialect
        kind = "PostgreSQL" if dialect.name == "postgresql" else "SQLite"
        version = getattr(dialect, "server_version_info", None) or ()
        return " ".join([kind, ".".join(map(str, version))]).strip()

    def count_connections(self) -> tuple[int, int]:
        """How many connections are in use, and how many may be."""
        pool = self.engine.pool
        if not isinstance(pool, QueuePool):
            raise TypeError(f"expected a QueuePool, got {type(pool).__name__}")
        return pool.checkedout(), pool.size() + MORE_CONNECTIONS

    def close(self) -> None:
        self.engine.dispose()
        if self._writers is not None:
            self._writers.close()


def do_last(session: Session, change: Callable[[Session], None]) -> None:
    """Have a transaction of `Database.write` do this right before it is committed."""
    session.info.setdefault(LAST, []).append(change)


def is_postgresql(session: Session) -> bool:
    """For the few statements that differ between the two kinds of database."""
    return session.get_bind().dialect.name == "postgresql"


def _create_engine(url: str, connections: int) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=connections,
            max_overflow=MORE_CONNECTIONS,
            connect_args={"timeout": BUSY_SECONDS},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    address = make_url(url)
    return create_engine(
        address.difference_update_query([POOLING]),
        pool_size=connections,
        max_overflow=MORE_CONNECTIONS,
        pool_pre_ping=True,
        pool_recycle=300,
        connect_args={"connect_timeout": 3, **_find_terms(is_pooled=POOLING in address.query)},
    )


def _find_terms(*, is_pooled: bool) -> dict[str, object]:
    """A pooler takes no options of a session, and gives the next transaction another connection,
    which does not have the statements that this one prepared."""
    return {"prepare_threshold": None} if is_pooled else {"options": POSTGRESQL_GUARDS}


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if not isinstance(connection, SqliteConnection):
        raise TypeError(f"expected a sqlite3 connection, got {type(connection).__name__}")
    # The driver would send BEGIN only after the first read; `_begin_sqlite` sends it in time.
    connection.isolation_level = None
    connection.execute(f"PRAGMA journal_mode={journal_mode(sqlite3.sqlite_version_info)}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def journal_mode(version: tuple[int, int, int]) -> str:
    """WAL where it is safe with several connections: https://sqlite.org/wal.html#walresetbug."""
    backported = (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    return "WAL" if version >= (3, 51, 3) or backported else "TRUNCATE"


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the write lock at its start: a later upgrade could fail.
    writes = connection.get_execution_options().get("facetally_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
