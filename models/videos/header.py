"""What a video file says about itself, and its first picture: as FFmpeg prints it."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import IO

from models.errors import UnreadableItem, UnsupportedItem
from models.file_kinds.recognition import HEAD_BYTES, find_video_kind
from models.videos.ffmpeg import Ffmpeg, Run, reopened, wait_for
from models.videos.grid import MOST_SECONDS

# No video has more; a header that says so is not believed.
MOST_FRAMES_PER_SECOND = 1000.0
# Pixels are at most this many times as wide as high, or as high as wide.
MOST_STRETCHED = 8.0
# More text is not read: the tags of a file may be as long as the file.
MOST_TEXT_BYTES = 1 << 20
SILENT_SECONDS = 45.0
# Where frames of high definition name no colors, players take those of BT.709.
HIGH_DEFINITION_LINES = 720
# Clocks that were never set are at the beginning of a count: 1904 or 1970.
EARLIEST_YEAR = 1971

DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+), ", re.MULTILINE)
BY_BITRATE = "Estimating duration from bitrate"
STREAM = re.compile(r"^ +Stream #0:\d+.*?: (Video|Audio): (\w+)(.*)$", re.MULTILINE)
COVER = "(attached pic)"
RATE = re.compile(r", ([\d.]+)(k?) fps\b")
CREATED = re.compile(r"^    (?:com\.apple\.quicktime\.creationdate|creation_time) *: (\S+)", re.M)
TIMES = re.compile(r"config in time_base: (\d+)/(\d+), frame_rate: (\d+)/(\d+)")
FRAME = re.compile(r"\] n: +0 pts: *(-?\d+) .*? sar:(\d+)/(\d+) s:(\d+)x(\d+) i:")
COLORS = re.compile(r"color_space:(\S+) color_primaries:(\S+) color_trc:(\S+)")
HDR_TRANSFERS = frozenset({"smpte2084", "arib-std-b67"})
NO_FRAMES = (
    "No frames can be read from this video: it is damaged or truncated. Send the original video "
    "again."
)
SOUND = "This is a sound file: it has no faces to detect. Send a picture or a video."


@dataclass(frozen=True, slots=True)
class VideoHeader:
    """What a file states about itself, in displayed pixels; `duration_seconds` is None if it states
    none. `begins_seconds` is the time of the first picture in the file: times count from there."""

    width_pixels: int
    height_pixels: int
    frames_per_second: float
    duration_seconds: float | None
    begins_seconds: float = 0.0
    transfer: str | None = None  # of HDR
    names_colors: bool = True
    codec: str = ""  # of the pictures
    sound: str | None = None  # its codec
    created_at: datetime | None = None


def name_input(file: IO[bytes], descriptor: int) -> tuple[str, ...]:
    """Arguments that make FFmpeg read an open file, by a descriptor of it, and nothing else.

    It may use one demuxer only, that of the kind that the file begins like: it would take a text
    for a playlist, or for the description of a network stream, and open what it names.
    """
    file.seek(0)
    kind = find_video_kind(file.read(HEAD_BYTES))
    if kind is None:
        raise UnreadableItem(NO_FRAMES)
    return (
        *("-protocol_whitelist", "fd", "-copyts", "-f", kind.demuxer),
        *("-fd", str(descriptor), "-i", "fd:"),
    )


def read_header(ffmpeg: Ffmpeg, file: IO[bytes]) -> VideoHeader:
    """Decode the first picture of a video. Raises UnreadableItem if it has none, UnsupportedItem
    if it is only sound."""
    with reopened(file) as descriptor:
        run = ffmpeg.start(
            [
                *("-v", "info", *name_input(file, descriptor)),
                *("-map", "0:V:0", "-vf", "showinfo=checksum=0", "-frames:v", "1"),
                *("-f", "null", "-"),
            ],
            passed=(descriptor,),
            stderr=subprocess.PIPE,
        )
    with closing(run):
        return parse_header(_read_text(run))


def _read_text(run: Run) -> str:
    pipe, text, ends_at = run.process.stderr, bytearray(), monotonic() + SILENT_SECONDS
    while pipe is not None and len(text) < MOST_TEXT_BYTES and monotonic() < ends_at:
        if wait_for(pipe.fileno(), 1.0):
            block = pipe.read(1 << 16)
            if not block:
                break
            text += block
    return text.decode("utf-8", "replace")


def parse_header(text: str) -> VideoHeader:
    """What FFmpeg printed about a file and its first picture."""
    frame, times = FRAME.search(text), TIMES.search(text)
    if frame is None or times is None:
        raise _refuse(text)
    width, height = _stretch(*(int(frame[group]) for group in (2, 3, 4, 5)))
    colors = COLORS.search(text, frame.end())
    color_space, _, transfer = colors.groups() if colors else ("unknown",) * 3
    begins_seconds = int(frame[1]) * int(times[1]) / int(times[2])
    return VideoHeader(
        width_pixels=width,
        height_pixels=height,
        frames_per_second=_read_rate(text, int(times[3]) / max(1, int(times[4]))),
        duration_seconds=_read_duration(text),
        begins_seconds=begins_seconds,
        transfer=transfer if transfer in HDR_TRANSFERS else None,
        names_colors=color_space != "unknown" or int(frame[5]) < HIGH_DEFINITION_LINES,
        codec=next(_list_codecs(text, "Video"), ""),
        sound=next(_list_codecs(text, "Audio"), None),
        created_at=_read_creation(text),
    )


def _refuse(text: str) -> UnreadableItem | UnsupportedItem:
    """Why there is no picture: a cover is none."""
    is_sound = any(_list_codecs(text, "Audio")) and not any(_list_codecs(text, "Video"))
    return UnsupportedItem(SOUND) if is_sound else UnreadableItem(NO_FRAMES)


def _list_codecs(text: str, wanted: str) -> Iterator[str]:
    """Those of the streams of a kind that are no cover."""
    return (
        codec for kind, codec, rest in STREAM.findall(text) if kind == wanted and COVER not in rest
    )


def _stretch(across: int, down: int, width: int, height: int) -> tuple[int, int]:
    """Width and height in square pixels; none of the pixels gets lost."""
    shape = across / down if across and down else 1.0
    if not 1 / MOST_STRETCHED <= shape <= MOST_STRETCHED:
        return width, height
    return round(width * max(1.0, shape)), round(height * max(1.0, 1 / shape))


def _read_rate(text: str, exact: float) -> float:
    """The average rate, which is printed in few digits; the exact one where it is the same."""
    found = (RATE.search(rest) for kind, _, rest in STREAM.findall(text) if kind == "Video")
    printed = next((one for one in found if one is not None), None)
    rate = exact if printed is None else float(printed[1]) * (1000 if printed[2] else 1)
    rate = exact if abs(exact - rate) < 0.01 else rate
    return rate if 0 < rate <= MOST_FRAMES_PER_SECOND else 0.0


def _read_duration(text: str) -> float | None:
    found = DURATION.search(text)
    if found is None or BY_BITRATE in text:
        return None
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
    return seconds if 0 < seconds <= MOST_SECONDS else None


def _read_creation(text: str) -> datetime | None:
    """When it was recorded: the last of such times, as Apple's own follows and has an offset."""
    for stated in reversed(CREATED.findall(text.partition("\nOutput #0")[0])):
        try:
            time = datetime.fromisoformat(stated)
        except ValueError:
            continue
        if time.year >= EARLIEST_YEAR and time.tzinfo is not None:
            return time.astimezone(UTC)
    return None
