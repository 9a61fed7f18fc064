"""How long the pictures of a video last, by the times of its last packets."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import IO

from models.videos.ffmpeg import Ffmpeg, reopened, wait_for
from models.videos.grid import MOST_SECONDS
from models.videos.header import VideoHeader, name_input
from models.videos.stream import seek_before

WAIT_SECONDS = 0.5
BASE = b"#tb 0: "
UNKNOWN = -(1 << 63)


def measure_seconds(
    ffmpeg: Ffmpeg, file: IO[bytes], header: VideoHeader, renew: Callable[[], None]
) -> float | None:
    """From the first picture to the end of the last; None if no packet has a time.

    Sound may be longer, and what a header states may be wrong. The packets after the last key frame
    are read, or all of them where that one cannot be found.
    """
    stated = header.duration_seconds
    ends = (
        None if stated is None else _find_end(ffmpeg, file, header.begins_seconds + stated, renew)
    )
    if ends is None:
        ends = _find_end(ffmpeg, file, None, renew)
    if ends is None or not header.begins_seconds < ends < header.begins_seconds + MOST_SECONDS:
        return None
    return round(ends - header.begins_seconds, 6)


def _find_end(
    ffmpeg: Ffmpeg, file: IO[bytes], after: float | None, renew: Callable[[], None]
) -> float | None:
    with reopened(file) as descriptor:
        run = ffmpeg.start(
            [
                *("-v", "quiet", *seek_before(after), *name_input(file, descriptor)),
                *("-map", "0:V:0", "-c", "copy", "-copyinkf", "-copypriorss", "1"),
                *("-f", "framecrc", "pipe:1"),
            ],
            passed=(descriptor,),
            stdout=subprocess.PIPE,
        )
    with closing(run):
        base, last = 0.0, None
        for line in _read_lines(run.process.stdout, renew):
            if line.startswith(BASE):
                numerator, denominator = line.removeprefix(BASE).split(b"/")
                base = int(numerator) / int(denominator)
            elif not line.startswith(b"#"):
                decoded, shown, lasts = (int(field) for field in line.split(b",")[1:4])
                end = (decoded if shown == UNKNOWN else shown) + lasts
                last = end if last is None else max(last, end)
        return None if last is None else last * base


def _read_lines(pipe: IO[bytes] | None, renew: Callable[[], None]) -> Iterator[bytes]:
    held = b""
    while pipe is not None:
        renew()
        if not wait_for(pipe.fileno(), WAIT_SECONDS):
            continue
        block = pipe.read(1 << 16)
        if not block:
            return
        *lines, held = (held + block).split(b"\n")
        yield from lines
