"""JPEG pictures out of a running FFmpeg, or the reason why there are none."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from io import BufferedReader, RawIOBase
from select import select
from typing import IO, cast

from models.videos.ffmpeg import Run

# The longer side, twice the detector's size: enough detail for faces and for a screen, and quick
# to send.
LONGEST_SIDE_PIXELS = 1280
# An uncompressed picture.
MOST_BYTES = 3 * LONGEST_SIDE_PIXELS**2
LENGTH = re.compile(rb"content-length: *(\d{1,9})\r\n", re.IGNORECASE)
MOST_WORDS_BYTES = 1 << 16
# It says goodbye to the source after its last picture.
END_SECONDS = 2.0
# What FFmpeg says of sources that it cannot show. Nothing else that it says is passed on: it
# includes addresses with passwords.
REASONS = (
    ("max pixel count", "The source's pictures have more pixels than allowed."),
    ("Cannot allocate memory", "The source's pictures need more memory than allowed."),
    ("401 Unauthorized", "The source refuses the user name and password in its address."),
    ("403 Forbidden", "The source refuses access."),
    ("404 Not Found", "The source has nothing at the path of its address."),
    ("Connection refused", "The source refuses connections: check its host and port."),
    ("timed out", "The source does not answer."),
)


class LivePictures:
    """The pictures as they come, until the source ends or `stop` is called."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._words = b""
        # By the system, or by someone.
        self.was_killed = False

    def read(self) -> Iterator[bytes]:
        """Each picture. Those that nobody takes wait in a pipe, so read all the time."""
        pipe, words = self._run.process.stdout, self._run.process.stderr
        with closing(self._run):
            if pipe is None or words is None:
                return
            pictures: IO[bytes] = BufferedReader(cast(RawIOBase, pipe))
            self._listen(pipe, words)
            while picture := _read_part(pictures):
                yield picture
            with suppress(subprocess.TimeoutExpired):
                self.was_killed = self._run.process.wait(END_SECONDS) < 0

    def explain(self) -> str | None:
        """Why there was no picture, where that is known."""
        words = self._words.decode("utf-8", "replace")
        return next((reason for said, reason in REASONS if said in words), None)

    def stop(self) -> None:
        """End it, also from another thread."""
        self._run.process.kill()

    def _listen(self, pipe: IO[bytes], words: IO[bytes]) -> None:
        """Keep what FFmpeg says up to its first picture or its end; then it is left to itself."""
        while True:
            readable, _, _ = select([pipe, words], [], [])
            if words in readable and (block := words.read(4096)):
                self._words = (self._words + block)[-MOST_WORDS_BYTES:]
            elif pipe in readable:
                words.close()
                return


def _read_part(pictures: IO[bytes]) -> bytes:
    """The next part of a multipart stream; nothing at its end, or where it is none: a hostile
    source may have taken over the program."""
    size = 0
    while (line := pictures.readline(100)) != b"\r\n" or not size:
        if not line:
            return b""
        if found := LENGTH.match(line):
            size = int(found[1])
    return pictures.read(size) if size <= MOST_BYTES else b""
