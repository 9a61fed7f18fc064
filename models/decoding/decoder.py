"""Hands pictures to a process that decodes them and can do nothing else.

Whoever takes that process over with a picture has the pixels of a few others, and no more: no
password, no file, no network. It costs no copy of a picture, as the two share memory.
"""

import atexit
import logging
import os
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path
from queue import LifoQueue
from socket import socketpair

import models
from models.decoding.buffers import BUFFER_BYTES, Buffers
from models.decoding.messages import (
    DecoderLost,
    Pixels,
    Question,
    receive_answer,
    receive_text,
)
from models.errors import CrashingItem, FacetallyError, TooSlowItem
from models.pictures.picture import Picture
from models.pictures.working_size import WorkingSize

logger = logging.getLogger(__name__)

PROGRAM = "models.decoding.program"
# Nothing of our own environment: it has passwords.
ENVIRONMENT = {
    "PYTHONPATH": str(Path(models.__path__[0]).parent),
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    # The pixels of a photo come from memory that is at hand, and not from the system each time; 32
    # MB is the most that can be set.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
# Importing takes a fraction of a second; a busy machine may take longer.
START_SECONDS = 120.0
TRIES = 2


class DecoderUnavailable(FacetallyError):
    """The decoder does not start: its own message on stderr says why."""


class _Process:
    """A running decoder and the way to it."""

    def __init__(self, program: str, buffers: Buffers) -> None:
        self.connection, theirs = socketpair()
        with theirs:
            passed = (theirs.fileno(), buffers.descriptor)
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", program, *map(str, passed)],
                pass_fds=passed,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # A signal for the terminal's group is for the worker.
                start_new_session=True,
            )
        self.connection.settimeout(START_SECONDS)
        try:
            unconfined = receive_text(self.connection)
        except (DecoderLost, OSError, struct.error) as error:
            self.close()
            raise DecoderUnavailable("The program that decodes pictures does not start.") from error
        if unconfined:
            logger.warning("decoder is not confined", extra={"reason": unconfined})

    def ask(self, question: Question, data: bytes) -> Pixels:
        self.connection.settimeout(question.seconds)
        question.send(self.connection, data)
        return receive_answer(self.connection)

    def close(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.wait()


class Decoder:
    """Decodes as many pictures at a time as it has processes; several threads use it. A process
    starts when there is a picture for it."""

    def __init__(self, processes: int = 1, program: str = PROGRAM) -> None:
        self._lines = [_Line(program) for _ in range(processes)]
        # The one used last is taken first, so that no more start than are needed.
        self._free: LifoQueue[_Line] = LifoQueue()
        for line in self._lines:
            self._free.put(line)

    def decode(
        self, data: bytes, *, max_pixels: int, working_size: WorkingSize, seconds: float
    ) -> Picture:
        """As `decode_picture`, within `seconds`.

        Raises the same errors; TooSlowItem for a picture that takes longer; CrashingItem for one
        that ends the process, twice.
        """
        line = self._free.get()
        try:
            return line.decode(data, max_pixels, working_size, seconds)
        finally:
            self._free.put(line)

    def close(self) -> None:
        """End the processes; the pictures that they made stay."""
        for _ in self._lines:
            self._free.get().close()


class _Line:
    """One process, started again where it ends, and the memory shared with it."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._buffers: Buffers | None = None
        self._process: _Process | None = None

    def decode(
        self, data: bytes, max_pixels: int, working_size: WorkingSize, seconds: float
    ) -> Picture:
        self._buffers = buffers = self._buffers or Buffers()
        buffer = buffers.take()
        try:
            question = Question(len(data), buffer, max_pixels, working_size, seconds)
            found = self._ask(buffers, question, data)
        except BaseException:
            buffers.give_back(buffer)
            raise
        return Picture(buffers.read(buffer, found), found.width, found.height)

    def close(self) -> None:
        self._end()
        if self._buffers is not None:
            self._buffers.close()
            self._buffers = None

    def _ask(self, buffers: Buffers, question: Question, data: bytes) -> Pixels:
        for _ in range(TRIES):
            try:
                self._process = self._process or _Process(self._program, buffers)
                found = self._process.ask(question, data)
                _check(found, question)
                return found
            except TimeoutError as error:
                self._end()
                raise TooSlowItem(
                    f"Decoding the picture took longer than {question.seconds:g} seconds. Send it "
                    "in another format."
                ) from error
            except (DecoderLost, ConnectionError, ValueError):
                logger.exception("decoder ended")
                self._end()
        raise CrashingItem("Decoding the picture crashes. Send it in another format.")

    def _end(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


def share_decoder(processes: int = 1) -> "Decoder":
    """The decoder of this process, for all of its threads."""
    return _open_decoder(os.getpid(), processes)


@cache
def _open_decoder(process_id: int, processes: int) -> "Decoder":
    decoder = Decoder(processes)
    atexit.register(decoder.close)
    return decoder


def _check(found: Pixels, question: Question) -> None:
    full_size = found.width * found.height
    if not (0 < found.size <= BUFFER_BYTES and 0 < full_size <= question.max_pixels):
        raise DecoderLost("the decoder answers with an impossible size")
