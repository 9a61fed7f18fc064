"""A live source as a process of its own, which sends one picture for each request."""

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from io import BytesIO
from time import monotonic

from PIL.JpegImagePlugin import JpegImageFile

from api.live.camera_program import (
    ASK,
    HEADER,
    LONGEST_SIDE_PIXELS,
    LOST,
    OVER,
    PICTURE,
    READY,
    REQUEST,
)
from models.errors import FacetallyError
from worker.addresses.live_sources import LiveSource
from worker.settings import PREFIX

# A silent source is reopened before the wait for it is over.
READS_PER_WAIT = 3
# The most that the program sends: an uncompressed picture, or one sentence.
MOST_BYTES = {READY: 0, PICTURE: 3 * LONGEST_SIDE_PIXELS**2, OVER: 0, LOST: 1000}
# Importing its libraries takes a second, and many seconds where every core is busy.
LONGEST_START_SECONDS = 60.0
GONE = "The decoder of the source ended unexpectedly."
SLOW = "The decoder of the source did not start: the machine is overloaded."
STRANGE = "The decoder of the source sent something other than a picture, and was ended."


class SourceUnavailable(FacetallyError):
    """A live source sends no picture: check that it is switched on and its address is correct."""


class Camera:
    """A source that is open until `close`, which kills its process."""

    def __init__(self, source: LiveSource, max_pixels: int, wait_seconds: float) -> None:
        self._silence = f"The source sent no picture for {wait_seconds:g} seconds."
        self._socket, theirs = socket.socketpair()
        with ExitStack() as undo:
            undo.callback(self._socket.close)
            with theirs:
                self._process = _start_program(theirs)
            undo.callback(self.close)
            self._send(_write_request(source, max_pixels, wait_seconds))
            self._wait_until_ready()
            undo.pop_all()

    def read(self, deadline: float) -> bytes | None:
        """The next picture as JPEG, or None at the end of a file; raises SourceUnavailable."""
        self._send(ASK)
        kind, content = self._receive_message(deadline, self._silence)
        if kind == LOST:
            raise SourceUnavailable(content.decode(errors="replace"))
        return None if kind == OVER else _check_picture(content)

    def close(self) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _wait_until_ready(self) -> None:
        kind, _ = self._receive_message(monotonic() + LONGEST_START_SECONDS, SLOW)
        if kind != READY:
            raise SourceUnavailable(STRANGE)

    def _send(self, content: bytes) -> None:
        # If the program has ended, its last message can still be read.
        with suppress(BrokenPipeError):
            self._socket.sendall(content)

    def _receive_message(self, deadline: float, late: str) -> tuple[bytes, bytes]:
        """The kind and content of the next message; raises SourceUnavailable, saying `late`."""
        kind, size = HEADER.unpack(self._receive(HEADER.size, deadline, late))
        # A hostile stream may have taken over the program that decodes it.
        if size > MOST_BYTES.get(kind, -1):
            raise SourceUnavailable(STRANGE)
        return kind, self._receive(size, deadline, late)

    def _receive(self, size: int, deadline: float, late: str) -> bytes:
        received = bytearray()
        try:
            while len(received) < size:
                self._socket.settimeout(max(deadline - monotonic(), 0.001))
                block = self._socket.recv(size - len(received))
                if not block:
                    raise SourceUnavailable(GONE)
                received += block
        except TimeoutError:
            raise SourceUnavailable(late) from None
        except ConnectionResetError:
            raise SourceUnavailable(GONE) from None
        return bytes(received)


def _check_picture(content: bytes) -> bytes:
    """`content`, if its header is that of a JPEG no larger than the program sends."""
    try:
        with JpegImageFile(BytesIO(content)) as image:
            longest = max(image.size)
    # Pillow's readers raise nearly anything on hostile bytes.
    except Exception as error:
        raise SourceUnavailable(STRANGE) from error
    if longest > LONGEST_SIDE_PIXELS:
        raise SourceUnavailable(STRANGE)
    return content


def _start_program(connection: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "api.live.camera_program"],
        stdin=connection.fileno(),
        # Decoders print addresses, which may contain passwords.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_plain_environ(),
    )


def _plain_environ() -> dict[str, str]:
    """Our environment without settings, as the decoder of foreign data needs no passwords."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def _write_request(source: LiveSource, max_pixels: int, wait_seconds: float) -> bytes:
    fields = {
        "kind": source.kind,
        "address": source.address,
        "max_pixels": max_pixels,
        "read_seconds": wait_seconds / READS_PER_WAIT,
    }
    content = json.dumps(fields).encode()
    return HEADER.pack(REQUEST, len(content)) + content
