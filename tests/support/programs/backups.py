"""Backups of a database, made and put back as docs/operations.md says."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, make_url, text

from db.engine import Database
from db.migrate import migrate
from tests.support.programs.postgresql import run_program, spell


class Backup(Protocol):
    """A database that can be saved, lost and put back."""

    url: str

    def save(self) -> None: ...

    def lose(self) -> None: ...

    def restore(self) -> None: ...


class SqliteBackup:
    """A file, and a copy of it by SQLite's own backup, which may run while others write."""

    def __init__(self, folder: Path) -> None:
        self._path, self._copy = folder / "facetally.sqlite3", folder / "copy.sqlite3"
        self.url = f"sqlite:///{self._path}"
        with closing(Database(self.url)) as database:
            migrate(database)

    def save(self) -> None:
        with (
            closing(sqlite3.connect(self._path)) as source,
            closing(sqlite3.connect(self._copy)) as copy,
        ):
            source.backup(copy)

    def lose(self) -> None:
        for path in self._path.parent.glob(f"{self._path.name}*"):
            path.unlink()

    def restore(self) -> None:
        self._path.write_bytes(self._copy.read_bytes())


class PostgresqlBackup:
    """The database of a deployment, saved with its owner and what its roles may do."""

    def __init__(self, server_url: str, url: str, folder: Path) -> None:
        self._server_url, self._file = server_url, folder / "dump"
        self._name = make_url(url).database or ""
        self.url = url

    def save(self) -> None:
        address = make_url(self._server_url).set(database=self._name)
        run_program("pg_dump", "--format=custom", f"--file={self._file}", spell(address))

    def lose(self) -> None:
        engine = create_engine(self._server_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {self._name} WITH (FORCE)"))
        engine.dispose()

    def restore(self) -> None:
        server = f"--dbname={spell(self._server_url)}"
        run_program("pg_restore", "--create", "--exit-on-error", server, str(self._file))
