"""Frames to H.264, in clips that can be concatenated; and clips to an MP4 that plays everywhere."""

import subprocess
from collections.abc import Callable, Iterable
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from models.errors import EncodingFailed
from models.videos.ffmpeg import Ffmpeg, Limits, Run, reopened
from models.videos.header import VideoHeader, name_input
from models.videos.raw_matroska import write_frame, write_start
from models.videos.stream import seek_before

# The first that the program has. Builds under the GPL have x264, those under the LGPL OpenH264.
ENCODERS = {
    "libx264": ("-preset", "superfast", "-crf", "23", "-maxrate", "4M", "-bufsize", "8M"),
    "libopenh264": ("-b:v", "3M", "-maxrate", "4M", "-allow_skip_frames", "0"),
}
# Players go to key frames.
KEY_FRAME_SECONDS = 2
# What OpenCV turns into YUV has these coefficients.
COLORS = (
    *("-colorspace", "smpte170m", "-color_primaries", "bt709", "-color_trc", "bt709"),
    *("-color_range", "tv"),
)
# Every clip has the headers of H.264 and times of the whole video, so that clips can be
# concatenated byte by byte.
CLIP = (
    *("-f", "mpegts", "-muxdelay", "0", "-muxpreload", "0"),
    *("-mpegts_flags", "+resend_headers+initial_discontinuity"),
)
WAIT_SECONDS = 0.5
SOUND_BITS_PER_SECOND = "128k"


@dataclass(frozen=True, slots=True)
class CopyTimes:
    """The times of the original where its copy begins, and where the copy's last picture is shown;
    and how long that is shown."""

    start_seconds: float
    last_seconds: float
    frame_seconds: float

    @property
    def seconds(self) -> float:
        return self.last_seconds + self.frame_seconds - self.start_seconds


@dataclass(frozen=True, slots=True)
class Sound:
    """The original video, which has the sound."""

    file: IO[bytes]
    header: VideoHeader


@cache
def find_encoder(ffmpeg: Ffmpeg) -> str:
    """The encoder of H.264 that the program has; raises EncodingFailed."""
    with closing(ffmpeg.start(["-encoders"], stdout=subprocess.PIPE)) as run:
        listed = run.process.stdout.read().decode() if run.process.stdout is not None else ""
    for name in ENCODERS:
        if f" {name} " in listed:
            return name
    raise EncodingFailed("this FFmpeg has no encoder of H.264")


class ClipEncoder:
    """Encodes frames of one size into a file, which `finish` completes."""

    def __init__(self, ffmpeg: Ffmpeg, path: Path, size: tuple[int, int]) -> None:
        encoder = find_encoder(ffmpeg)
        self._run = ffmpeg.start(
            [
                *("-v", "quiet", "-copyts", "-f", "matroska", "-i", "pipe:0"),
                *("-fps_mode", "passthrough", "-enc_time_base", "1:90000"),
                *("-c:v", encoder, "-threads", "1", *ENCODERS[encoder], "-bf", "0", *COLORS),
                *("-force_key_frames", f"expr:gte(t,n_forced*{KEY_FRAME_SECONDS})"),
                *("-y", *CLIP, str(path)),
            ],
            limits=Limits(file_bytes=1 << 62),
            stdin=subprocess.PIPE,
        )
        self._write(write_start(*size))

    def add(self, seconds: float, bgr: NDArray[np.uint8]) -> None:
        """A frame (H, W, 3) BGR that is shown at this time."""
        self._write(write_frame(seconds, bgr))

    def finish(self) -> None:
        """Raises EncodingFailed if not all could be encoded."""
        _finish(self._run)

    def close(self) -> None:
        self._run.close()

    def _write(self, block: bytes) -> None:
        _send(self._run, block)


def concatenate_clips(
    ffmpeg: Ffmpeg,
    clips: Iterable[bytes],
    path: Path,
    times: CopyTimes,
    sound: Sound | None,
    renew: Callable[[], None],
) -> None:
    """Write clips, given as blocks of bytes, to an MP4 file without encoding them again; with
    sound, if there is one. Raises EncodingFailed."""
    with nullcontext() if sound is None else reopened(sound.file) as descriptor:
        run = ffmpeg.start(
            _describe_copy(path, times, sound, descriptor),
            limits=Limits(file_bytes=1 << 62),
            passed=() if descriptor is None else (descriptor,),
            stdin=subprocess.PIPE,
        )
    with closing(run):
        for block in clips:
            renew()
            _send(run, block)
        _finish(run, renew)


def _describe_copy(
    path: Path, times: CopyTimes, sound: Sound | None, descriptor: int | None
) -> list[str]:
    """The arguments that join pictures from the standard input with the sound."""
    named: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()
    if sound is not None and descriptor is not None:
        named, coded = _name_sound(sound, times, descriptor), _code_sound(sound)
    return [
        *("-v", "quiet", "-copyts", "-f", "mpegts", "-i", "pipe:0"),
        *named,
        *("-map", "0:v:0", "-c:v", "copy", "-video_track_timescale", "90000"),
        *coded,
        *("-map_chapters", "-1", "-map_metadata", "-1", "-map_metadata:s:a", "-1"),
        # Players would leave out a last picture that takes no time.
        *("-bsf:v", f"setts=duration={round(times.frame_seconds * 90_000)}"),
        *("-output_ts_offset", f"{-times.start_seconds:.6f}", "-movflags", "+faststart"),
        *("-y", "-f", "mp4", str(path)),
    ]


def _name_sound(sound: Sound, times: CopyTimes, descriptor: int) -> tuple[str, ...]:
    """Arguments for a second input, whose times count from the first picture as well."""
    begins = sound.header.begins_seconds
    return (
        *("-itsoffset", f"{-begins:.6f}", "-t", f"{times.seconds:.6f}"),
        *("-accurate_seek", *seek_before(begins + times.start_seconds)[1:]),
        *name_input(sound.file, descriptor),
    )


def _code_sound(sound: Sound) -> tuple[str, ...]:
    """Players know AAC; any other sound is encoded again."""
    if sound.header.sound == "aac":
        return ("-map", "1:a:0", "-c:a", "copy")
    return ("-map", "1:a:0", "-c:a", "aac", "-ac", "2", "-b:a", SOUND_BITS_PER_SECOND)


def _send(run: Run, block: bytes) -> None:
    left = memoryview(block)
    try:
        while left and run.process.stdin is not None:
            left = left[run.process.stdin.write(left) or 0 :]
    except BrokenPipeError as error:
        raise EncodingFailed("FFmpeg ended early") from error


def _finish(run: Run, renew: Callable[[], None] = lambda: None) -> None:
    if run.process.stdin is not None:
        with suppress(BrokenPipeError):
            run.process.stdin.close()
    while True:
        renew()
        try:
            status = run.process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        if status:
            raise EncodingFailed(f"FFmpeg ended with status {status}")
        return
