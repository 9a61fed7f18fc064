"""What was submitted of a folder or bucket, in a file that survives restarts."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Self

TABLES = """
CREATE TABLE IF NOT EXISTS seen (path TEXT PRIMARY KEY, version TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS begun (key TEXT NOT NULL, said TEXT NOT NULL, path TEXT PRIMARY KEY,
                                  name TEXT NOT NULL, version TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """A file by its path or address; one that has changed has another version."""

    path: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Files whose submission has begun, under an Idempotency-Key, with what is said of the job."""

    key: str
    said: str
    files: tuple[WatchedFile, ...]


class SeenFiles:
    """A file is known by its path and version: one that has changed is new."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(TABLES)

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            yield cls(connection)

    def is_new(self, file: WatchedFile) -> bool:
        query = "SELECT 1 FROM seen WHERE path = ? AND version = ?"
        row = self._connection.execute(query, (file.path, file.version))
        return row.fetchone() is None

    def forget(self) -> None:
        """Everything is new again."""
        with self._connection:
            self._connection.execute("DELETE FROM seen")
            self._connection.execute("DELETE FROM begun")

    def leave_out(self, file: WatchedFile) -> None:
        """It can't be submitted, and is not tried again before it changes."""
        with self._connection:
            self._add([(file.path, file.version)])

    def begin(self, files: Sequence[WatchedFile], said: str) -> str:
        """Note what is about to be submitted; the key to submit it under."""
        key = f"watch-{token_hex(16)}"
        rows = [(key, said, file.path, file.name, file.version) for file in files]
        with self._connection:
            self._connection.executemany("INSERT INTO begun VALUES (?, ?, ?, ?, ?)", rows)
        return key

    def read_begun(self) -> Begun | None:
        """What was begun, and not ended."""
        rows = self._connection.execute(
            "SELECT key, said, path, name, version FROM begun ORDER BY rowid"
        ).fetchall()
        files = tuple(WatchedFile(*row[2:]) for row in rows)
        return Begun(rows[0][0], rows[0][1], files) if rows else None

    def end(self, *, submitted: bool) -> None:
        """What was begun has become a job, or nothing of it has."""
        with self._connection:
            if submitted:
                self._add(self._connection.execute("SELECT path, version FROM begun").fetchall())
            self._connection.execute("DELETE FROM begun")

    def _add(self, rows: Sequence[tuple[str, str]]) -> None:
        statement = "INSERT OR REPLACE INTO seen VALUES (?, ?)"
        self._connection.executemany(statement, rows)
