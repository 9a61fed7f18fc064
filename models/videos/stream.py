"""Decoded frames of a video with their exact times, one after the other, out of pipes."""

import fcntl
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from models.errors import TooLargeItem
from models.videos.ffmpeg import Ffmpeg, Run, reopened, wait_for
from models.videos.header import name_input

# How often the caller gets to know that a frame is still awaited.
WAIT_SECONDS = 0.5
# A frame that FFmpeg has begun to send comes at once.
SEND_SECONDS = 60.0
PIPE_BYTES = 1 << 20
SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ of Linux
# In ticks of the clock behind the filters: exact.
TIMES = "{pts} {tb}"
OUT_OF_MEMORY = 256 - 12

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Decoding:
    """What is decoded: from the key frame before `seek_seconds`, filtered to frames of one size."""

    filters: Sequence[str]
    size: Size
    pixels: str
    seek_seconds: float | None = None


def seek_before(seconds: float | None) -> tuple[str, ...]:
    """Arguments that make FFmpeg begin with the key frame before a time in the file."""
    if seconds is None:
        return ()
    return ("-noaccurate_seek", "-seek_timestamp", "1", "-ss", f"{seconds:.6f}")


def decode(
    ffmpeg: Ffmpeg, file: IO[bytes], wanted: Decoding
) -> Iterator[tuple[float, NDArray[np.uint8]] | None]:
    """Each frame, (H, W, 3) uint8, with its time in the file; None while one is awaited.

    A damaged file ends early. Raises TooLargeItem if there is no memory for a frame.
    """
    reading, writing = os.pipe()
    try:
        run = _start(ffmpeg, file, wanted, writing)
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    with closing(run), os.fdopen(reading, "rb", buffering=0) as times:
        yield from _read_frames(run, times, wanted.size)


def _start(ffmpeg: Ffmpeg, file: IO[bytes], wanted: Decoding, times: int) -> Run:
    with reopened(file) as descriptor:
        run = ffmpeg.start(
            [
                *("-v", "quiet", *seek_before(wanted.seek_seconds), *name_input(file, descriptor)),
                *("-map", "0:V:0", "-vf", ",".join(wanted.filters)),
                *("-fps_mode", "passthrough", "-enc_time_base", "filter"),
                *("-stats_enc_pre", f"pipe:{times}", "-stats_enc_pre_fmt", TIMES),
                *("-pix_fmt", wanted.pixels, "-f", "rawvideo", "pipe:1"),
            ],
            passed=(descriptor, times),
            stdout=subprocess.PIPE,
        )
    if run.process.stdout is not None:
        # Fewer changes between the two processes; not every system has it.
        with suppress(OSError):
            fcntl.fcntl(run.process.stdout, SET_PIPE_SIZE, PIPE_BYTES)
    return run


def _read_frames(
    run: Run, times: IO[bytes], size: Size
) -> Iterator[tuple[float, NDArray[np.uint8]] | None]:
    """Each frame follows its time, which comes through a pipe of its own."""
    width, height = size
    for line in _read_lines(times):
        if line is None:
            yield None
            continue
        count, base = line.split()
        numerator, denominator = base.split(b"/")
        frame = np.empty((height, width, 3), np.uint8)
        if not _fill(run.process.stdout, frame.data.cast("B")):
            break
        yield int(count) * int(numerator) / int(denominator), frame
    _check_end(run)


def _read_lines(pipe: IO[bytes]) -> Iterator[bytes | None]:
    held = b""
    while True:
        if not wait_for(pipe.fileno(), WAIT_SECONDS):
            yield None
            continue
        block = pipe.read(4096)
        if not block:
            return
        *lines, held = (held + block).split(b"\n")
        yield from lines


def _fill(pipe: IO[bytes] | None, left: memoryview) -> bool:
    """Whether the pipe had as many bytes as there is room for."""
    while left and pipe is not None:
        if not wait_for(pipe.fileno(), SEND_SECONDS):
            return False
        block = pipe.readinto(left)  # type: ignore[attr-defined]
        if not block:
            return False
        left = left[block:]
    return True


def _check_end(run: Run) -> None:
    try:
        status = run.process.wait(SEND_SECONDS)
    except subprocess.TimeoutExpired:
        return
    if status == OUT_OF_MEMORY:
        raise TooLargeItem("The video takes more memory than allowed. Shrink it.")
