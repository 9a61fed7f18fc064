"""A live source as who shows it sees it: a process of its own, asked for one picture at a time."""

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from io import BytesIO
from time import monotonic

from PIL.JpegImagePlugin import JpegImageFile

from api.live.camera_program import ASK, HEADER, LONGEST_SIDE_PIXELS, LOST, OVER, PICTURE, PLAN
from models.errors import FacetallyError
from worker.live_sources import LiveSource
from worker.settings import PREFIX

# A source that falls silent is opened anew before the wait for it is over.
READS_PER_WAIT = 3
# The most that the program means to send: a picture as large as its pixels, or one sentence.
MOST_BYTES = {PICTURE: 3 * LONGEST_SIDE_PIXELS**2, OVER: 0, LOST: 1000}
GONE = "The source's decoder ended by itself."
STRANGE = "The source's decoder sent what is no picture of a source, and was ended."


class SourceUnavailable(FacetallyError):
    """A live source gives no picture: see that it is switched on, and that its address is right."""


class Camera:
    """A source that is open until `close`, which ends whatever it is at."""

    def __init__(self, source: LiveSource, max_pixels: int, wait_seconds: float) -> None:
        self._wait_seconds = wait_seconds
        self._socket, theirs = socket.socketpair()
        with ExitStack() as undo:
            undo.callback(self._socket.close)
            with theirs:
                self._process = _start_program(theirs)
            undo.callback(self.close)
            self._send(_write_plan(source, max_pixels, wait_seconds))
            undo.pop_all()

    def read(self, deadline: float) -> bytes | None:
        """The next picture as a JPEG file, None where a file is over; raises SourceUnavailable."""
        self._send(ASK)
        kind, size = HEADER.unpack(self._receive(HEADER.size, deadline))
        # What decodes a hostile stream may have fallen into its hands.
        if size > MOST_BYTES.get(kind, -1):
            raise SourceUnavailable(STRANGE)
        content = self._receive(size, deadline)
        if kind == LOST:
            raise SourceUnavailable(content.decode(errors="replace"))
        return None if kind == OVER else _check_picture(content)

    def close(self) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _send(self, content: bytes) -> None:
        # Where it has ended, what it said last is still to be read.
        with suppress(BrokenPipeError):
            self._socket.sendall(content)

    def _receive(self, size: int, deadline: float) -> bytes:
        received = bytearray()
        try:
            while len(received) < size:
                self._socket.settimeout(max(deadline - monotonic(), 0.001))
                piece = self._socket.recv(size - len(received))
                if not piece:
                    raise SourceUnavailable(GONE)
                received += piece
        except TimeoutError:
            waited = f"{self._wait_seconds:g} seconds"
            raise SourceUnavailable(f"The source gave no picture for {waited}.") from None
        except ConnectionResetError:
            raise SourceUnavailable(GONE) from None
        return bytes(received)


def _check_picture(content: bytes) -> bytes:
    """The same bytes: a JPEG file whose header tells no larger a picture than the program sends."""
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
        # Decoders speak of addresses, in which passwords may stand.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_plain_environ(),
    )


def _plain_environ() -> dict[str, str]:
    """Ours without its settings: what decodes pictures from elsewhere needs no password."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def _write_plan(source: LiveSource, max_pixels: int, wait_seconds: float) -> bytes:
    plan = {
        "kind": source.kind,
        "address": source.address,
        "max_pixels": max_pixels,
        "read_seconds": wait_seconds / READS_PER_WAIT,
    }
    content = json.dumps(plan).encode()
    return HEADER.pack(PLAN, len(content)) + content
