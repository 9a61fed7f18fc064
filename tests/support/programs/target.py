"""A real stack to attack, and what must hold meanwhile: it answers, and its memory is bounded."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from tests.support.programs.cli import Terminal, wait_for

KEY = "k" * 32
MEBIBYTE = 1 << 20
# The probe of an orchestrator gives up after a second.
HEALTH_SECONDS = 1.0
ANSWER_SECONDS = 60.0
# `make attack` runs the attacks at the sizes that once stopped the API.
IN_FULL = os.environ.get("ATTACKS") == "full"


def size(in_ci: int, in_full: int) -> int:
    return in_full if IN_FULL else in_ci


class Target:
    """A running stack, its processes and its log."""

    def __init__(self, terminal: Terminal, data: Path, **settings: str) -> None:
        self.data = data
        self._terminal = terminal
        self.lines: list[str] = []
        words = ("serve", "--port", "0", "--data-dir", data)
        # Attacks come from many addresses, as by way of a proxy.
        own = {"api_keys": KEY, "api_processes": "2", "trusted_proxies": "127.0.0.1"}
        self.process = terminal.start(*words, **own, **settings)
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        self.url = wait_for(self._find_url, "the stack").rstrip("/")
        self.address = (urlsplit(self.url).hostname, urlsplit(self.url).port)
        self.client = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=ANSWER_SECONDS
        )
        # Without a key, each request over a connection of its own.
        self.prober = httpx.Client(
            base_url=self.url, headers={"Connection": "close"}, timeout=HEALTH_SECONDS
        )

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)

    def _find_url(self) -> str | None:
        ready = [line for line in list(self.lines) if "Facetally is ready" in line]
        assert self.process.poll() is None, "".join(self.lines)
        return ready[0].split()[4] if ready else None

    def close(self) -> None:
        self.client.close()
        self.prober.close()

    def stop(self) -> None:
        self.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self._reader.join()

    def find_log(self, *words: str) -> list[str]:
        return [line for line in list(self.lines) if all(word in line for word in words)]

    def find_api(self) -> list[psutil.Process]:
        """The processes that answer, without the one that started them."""
        children = psutil.Process(self.process.pid).children()
        [main] = [one for one in children if "api" in one.cmdline()]
        return main.children()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=ANSWER_SECONDS)

    def check_health(self) -> None:
        """It answers as quickly as a probe wants, and other calls are answered, too."""
        assert self.prober.get("/healthz").status_code == 200
        assert self.client.get("/v1/jobs").status_code == 200

    @contextmanager
    def bounded_memory(self, most_bytes: int) -> Iterator[None]:
        """Its memory grows by at most this much during the block."""
        processes, peak, over = self.find_api(), [0], threading.Event()

        def read_memory() -> int:
            return sum(one.memory_info().rss for one in processes)

        def watch() -> None:
            while not over.wait(0.02):
                peak[0] = max(peak[0], read_memory())

        before = read_memory()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
        assert peak[0] - before < most_bytes, f"{(peak[0] - before) >> 20} MiB more"


@contextmanager
def run_target(data: Path, **settings: str) -> Iterator[Target]:
    """A stack that is started, and gone afterwards with all that it left."""
    with Terminal() as terminal:
        target = Target(terminal, data, **settings)
        # Also after a failure: a connection that is left open fails whichever test runs later.
        with closing(target):
            yield target
            target.stop()
        assert terminal.is_clean()


@contextmanager
def many_sockets(target: Target, count: int, head: bytes = b"") -> Iterator[list[socket.socket]]:
    """Connections that have sent `head`, and no more."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(target.connect()) for _ in range(count)]
        for one in sockets:
            one.sendall(head)
        yield sockets


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """The status of an answer and its body, read until the server closes the connection."""
    content = b""
    # What was sent and not read resets the connection, after the answer.
    with suppress(ConnectionResetError):
        while block := connection.recv(1 << 16):
            content += block
    head, _, body = content.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


def make_head(method: str, path: str, *fields: str, key: str | None = KEY) -> bytes:
    """The head of a request; with a key unless it is None."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *fields]
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    return "\r\n".join([*lines, "", ""]).encode()
