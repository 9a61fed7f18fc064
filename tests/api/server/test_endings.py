"""An API that is told to stop writes what it knows, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from db.counters import Counter
from db.engine import Database
from db.workload import read_workload
from tests.support.answers.http import OpenClient
from tests.support.programs.cli import DEADLINE_SECONDS
from tests.support.work.access import services_of
from worker.settings import PREFIX, Settings

REQUESTS = 30
THREADS = ("events", "headcounts", "hints", "meter")


@pytest.fixture
def database(settings: Settings, migrated_sqlite: Path) -> Iterator[Database]:
    shutil.copy(migrated_sqlite, settings.data_dir / "facetally.sqlite3")
    with closing(Database(settings.database_url)) as opened:
        yield opened


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        opened.set_inheritable(True)
        yield opened


@pytest.fixture
def api(
    settings: Settings, database: Database, listener: socket.socket
) -> Iterator[subprocess.Popen[str]]:
    """Two processes of the API, and the one that started them."""
    own = {"DATA_DIR": str(settings.data_dir), "REDIS_URL": settings.redis_url}
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "api", "--fd", str(listener.fileno())],
        env={
            **os.environ,
            **{PREFIX + name: value for name, value in own.items()},
            "FACETALLY_API_PROCESSES": "2",
        },
        pass_fds=(listener.fileno(),),
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_counted_and_is_open_is_ended_in_order(
    api: subprocess.Popen[str], database: Database, listener: socket.socket, number: signal.Signals
) -> None:
    url = "http://{}:{}".format(*listener.getsockname())
    with httpx.Client(base_url=url, timeout=DEADLINE_SECONDS, trust_env=False) as client:
        job = client.post("/v1/jobs", json={"draft": True}).json()["id"]
        for _ in range(REQUESTS):
            # Over connections of their own, so that each process answers some.
            assert client.get("/v1/jobs", headers={"Connection": "close"}).is_success
        with client.stream("GET", f"/v1/jobs/{job}/events") as events:
            lines = events.iter_lines()
            assert next(lines) == "event: job"
            api.send_signal(number)
            if number is signal.SIGTERM:
                assert "data" in "".join(lines)
    _, log = api.communicate(timeout=DEADLINE_SECONDS)

    assert (api.returncode, log) == (0, "")
    with database.read() as session:
        workload = read_workload(session)
    assert workload.count(Counter.HTTP_REQUESTS, "GET", "/v1/jobs", "200") == REQUESTS
    assert workload.processes == ()


def test_no_thread_and_no_connection_is_left(open_client: OpenClient) -> None:
    client = open_client()
    services = services_of(client)
    services.meter.start()
    services.headcounts.start()
    job = client.post("/v1/jobs", json={"items": [{"uri": "file:///a"}]}).json["id"]
    stream = client.get(f"/v1/jobs/{job}/events", buffered=False)
    assert b"event: job" in next(stream.iter_encoded())
    running = {one.name.partition("_")[0] for one in threading.enumerate()}
    assert running >= set(THREADS)

    services.close()

    # Whoever follows a job sees the end of the stream.
    assert list(stream.iter_encoded()) == []
    stream.close()
    left = {one.name.partition("_")[0] for one in threading.enumerate()}
    assert not left & set(THREADS)
    assert services.database.count_connections()[0] == 0
