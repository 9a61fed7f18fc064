"""Clients that ask for the status of jobs, each once a second, by plain sockets of one event loop.

A latency counts from when its request was due: where answers are late, the wait of the next request
is not left out.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from time import monotonic
from urllib.parse import urlsplit

PERIOD_SECONDS = 1.0
ANSWER_SECONDS = 10.0
FINE = (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)


@dataclass(slots=True)
class Polled:
    """What all clients saw: latencies in seconds, and answers by what was wrong with them."""

    latencies: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


def poll(url: str, job_ids: Sequence[int], clients: int, seconds: float) -> Polled:
    """`clients` that ask for `job_ids`, in turn, for `seconds`."""
    polled = Polled()
    asyncio.run(_poll_all(url, job_ids, clients, seconds, polled))
    return polled


async def _poll_all(
    url: str, job_ids: Sequence[int], clients: int, seconds: float, polled: Polled
) -> None:
    random = Random(1)
    until = monotonic() + seconds
    await asyncio.gather(
        *(
            _poll(url, job_ids[index % len(job_ids)], random.random(), until, polled)
            for index in range(clients)
        )
    )


async def _poll(url: str, job_id: int, phase: float, until: float, polled: Polled) -> None:
    parts = urlsplit(url)
    client = _Client(parts.hostname or "", parts.port or 80, f"/v1/jobs/{job_id}")
    due = monotonic() + phase * PERIOD_SECONDS
    while due < until:
        await asyncio.sleep(max(0.0, due - monotonic()))
        try:
            status = await asyncio.wait_for(client.ask(), ANSWER_SECONDS)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            polled.errors[type(error).__name__] += 1
            client.close()
        else:
            polled.latencies.append(monotonic() - due)
            if status not in FINE:
                polled.errors[str(status)] += 1
        due += PERIOD_SECONDS
    client.close()


class _Client:
    """One connection, kept from request to request, which sends the tag of what it has."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self._address = (host, port)
        self._path = path
        self._etag = ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def ask(self) -> int:
        """The status of the answer; a connection that was closed meanwhile is opened again."""
        if self._streams is not None:
            with suppress(EOFError, OSError):
                return await self._exchange(*self._streams)
            self.close()
        self._streams = await asyncio.open_connection(*self._address)
        return await self._exchange(*self._streams)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        tag = f"If-None-Match: {self._etag}\r\n" if self._etag else ""
        head = f"GET {self._path} HTTP/1.1\r\nHost: {self._address[0]}:{self._address[1]}\r\n"
        writer.write(f"{head}{tag}\r\n".encode())
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        await reader.readexactly(int(headers.get("content-length", 0)))
        self._etag = headers.get("etag", self._etag)
        return int(lines[0].split()[1])
