"""What a worker and its decoder say to each other, over a pair of sockets.

What the decoder says is checked as if a stranger said it: a picture may have taken it over.
"""

import struct
from dataclasses import dataclass
from socket import MSG_WAITALL, socket
from typing import Self

from models.errors import FacetallyError, ItemError, TooLargeItem, UnreadableItem, UnsupportedItem
from models.pictures.working_size import WorkingSize

QUESTION = struct.Struct("<QIQQQd")
ANSWER = struct.Struct("<BQQQQ")
LENGTH = struct.Struct("<I")
LONGEST_TEXT = 2000
# What an answer begins with.
PIXELS, FAILURE, FAULT = 0, 1, 2
FAILURES: tuple[type[ItemError], ...] = (UnreadableItem, UnsupportedItem, TooLargeItem)


class DecoderLost(FacetallyError):
    """The other process is gone, or says what it never should: it is started again."""


@dataclass(frozen=True, slots=True)
class Question:
    """A file of `size` bytes, which follow, to be decoded into a buffer."""

    size: int
    buffer: int
    max_pixels: int
    working_size: WorkingSize
    seconds: float

    def send(self, to: socket, data: bytes) -> None:
        side, pixels = self.working_size.side_pixels, self.working_size.pixels
        head = (self.size, self.buffer, self.max_pixels, side, pixels, self.seconds)
        to.sendall(QUESTION.pack(*head))
        to.sendall(data)

    @classmethod
    def receive(cls, source: socket) -> tuple[Self, bytes]:
        size, buffer, max_pixels, side, pixels, seconds = QUESTION.unpack(
            receive(source, QUESTION.size)
        )
        question = cls(size, buffer, max_pixels, WorkingSize(side, pixels), seconds)
        return question, receive(source, size)


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture that lies in the buffer: its rows and columns, and its full size."""

    rows: int
    columns: int
    width: int
    height: int

    @property
    def size(self) -> int:
        return self.rows * self.columns * 3

    def send(self, to: socket) -> None:
        to.sendall(ANSWER.pack(PIXELS, self.rows, self.columns, self.width, self.height))


def send_failure(to: socket, error: ItemError) -> None:
    """Why an item fails."""
    _send_text(to, FAILURE, FAILURES.index(type(error)), str(error))


def send_fault(to: socket, text: str) -> None:
    """A bug of ours."""
    _send_text(to, FAULT, 0, text)


def receive_answer(source: socket) -> Pixels:
    """Raises the ItemError that comes instead, RuntimeError for a bug, or DecoderLost."""
    kind, *numbers = ANSWER.unpack(receive(source, ANSWER.size))
    if kind == PIXELS:
        return Pixels(*numbers)
    length = numbers[1]
    if kind not in (FAILURE, FAULT) or numbers[0] >= len(FAILURES) or length > LONGEST_TEXT:
        raise DecoderLost("the decoder answers nonsense")
    text = receive(source, length).decode("utf-8", "replace")
    raise FAILURES[numbers[0]](text) if kind == FAILURE else RuntimeError(text)


def send_text(to: socket, text: str) -> None:
    """The first thing a decoder says: in what it could not be confined."""
    content = text.encode()[:LONGEST_TEXT]
    to.sendall(LENGTH.pack(len(content)) + content)


def receive_text(source: socket) -> str:
    [length] = LENGTH.unpack(receive(source, LENGTH.size))
    if length > LONGEST_TEXT:
        raise DecoderLost("the decoder answers nonsense")
    return receive(source, length).decode("utf-8", "replace")


def receive(source: socket, size: int) -> bytes:
    """So many bytes; raises DecoderLost at their end, and TimeoutError."""
    content = source.recv(size, MSG_WAITALL) if size else b""
    parts, left = [content], size - len(content)
    # A signal or a timeout may cut a large one.
    while left and parts[-1]:
        parts.append(source.recv(left, MSG_WAITALL))
        left -= len(parts[-1])
    if left:
        raise DecoderLost("the decoder has ended")
    return content if len(parts) == 1 else b"".join(parts)


def _send_text(to: socket, kind: int, number: int, text: str) -> None:
    content = text.encode("utf-8", "replace")[-LONGEST_TEXT:]
    to.sendall(ANSWER.pack(kind, number, len(content), 0, 0) + content)
