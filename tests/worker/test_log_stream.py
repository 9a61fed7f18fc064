"""A log whose reader is away stops nobody, and says later what is missing."""

import logging
import os
from collections.abc import Iterator

import pytest

from worker.log_stream import PatientStream

Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    read, write = os.pipe()
    yield read, write
    for descriptor in (read, write):
        os.close(descriptor)


def make_stream(pipe: Pipe, most_lines: int = 10) -> PatientStream:
    stream = PatientStream(pipe[1], most_lines)
    stream.setFormatter(logging.Formatter("%(message)s"))
    return stream


def say(stream: PatientStream, text: str) -> None:
    stream.handle(logging.makeLogRecord({"msg": text}))


def read_all(pipe: Pipe) -> str:
    os.set_blocking(pipe[0], False)
    found = b""
    while True:
        try:
            found += os.read(pipe[0], 1 << 20)
        except BlockingIOError:
            return found.decode()


def test_a_line_is_written_at_once(pipe: Pipe) -> None:
    say(make_stream(pipe), "hello")
    assert read_all(pipe) == "hello\n"


def test_nobody_waits_for_a_reader_that_is_away(pipe: Pipe) -> None:
    stream = make_stream(pipe)
    # More than a pipe holds; each has a number.
    for number in range(300):
        say(stream, f"{number:03} {'x' * 996}")
    early = read_all(pipe).splitlines()
    say(stream, "the reader is back")
    while more := read_all(pipe):
        early += more.splitlines()
        stream.flush()
    numbers = [int(line[:3]) for line in early if "x" in line[4:]]
    assert numbers == list(range(len(numbers)))
    assert 50 < len(numbers) < 300
    dropped = next(line for line in early if line.endswith("log lines were dropped"))
    assert int(dropped.split()[0]) >= 300 - len(numbers)


def test_a_long_line_arrives_whole(pipe: Pipe) -> None:
    say(make_stream(pipe), "é" * 20_000)
    assert read_all(pipe) == "é" * 20_000 + "\n"


def test_lines_that_wait_are_not_written_twice_after_a_fork(pipe: Pipe) -> None:
    stream = make_stream(pipe)
    for number in range(100):
        say(stream, f"{number:03} {'x' * 996}")
    waiting = len(stream._waiting)
    assert waiting
    # As in a process that was forked just now.
    stream._process_id = -1
    stream.flush()
    assert not stream._waiting


def test_a_reader_that_is_gone_for_good_stops_nobody() -> None:
    read, write = os.pipe()
    stream = make_stream((read, write))
    os.close(read)
    say(stream, "hello")
    say(stream, "world")
    os.close(write)
