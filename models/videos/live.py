"""Live sources: a network stream, a camera of this machine, or a file that is played at its own
speed. FFmpeg reads, scales and encodes their pictures, confined as for any video."""

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from models.errors import TooLargeItem
from models.videos.ffmpeg import Ffmpeg, Limits, reopened
from models.videos.filters import DEINTERLACE, deinterlace, guess_colors, map_tones
from models.videos.header import name_input, read_header
from models.videos.live_pictures import LONGEST_SIDE_PIXELS, LivePictures

# A source may be watched for years.
LIMITS = Limits(cpu_seconds=1 << 40)
# Decoders count the pixels that complete a block as well.
PIXELS_WITH_BLOCKS = 1.1

# A playlist (HLS, DASH) or a description (SDP) could name any other address.
WEB_FORMATS = "mpjpeg,mjpeg,jpeg_pipe,mpegts,flv,matroska,webm"
# What is there now is shown: nothing is held back to learn more about the stream.
QUICK = ("-fpsprobesize", "0", "-flags", "low_delay")
QUICK_OPTIONS = (
    *("fflags nobuffer", "probesize 500000"),
    *("analyzeduration 1000000", "fpsprobesize 0"),
)

# Ten pictures a second or fewer: a tenth of a second apart, or less, as times are rounded.
SELECT = "select='isnan(prev_selected_t)+lt(t,prev_selected_t)+gte(t-prev_selected_t,0.09)'"
# Pixels of any shape become square, and the longer side is as long as allowed, or shorter.
WIDTH, HEIGHT = "iw*max(1,sar)", "ih*max(1,1/sar)"
FACTOR = f"min(1,{LONGEST_SIDE_PIXELS}/max({WIDTH},{HEIGHT}))"
SCALE = (
    f"scale=w='max(1,round({WIDTH}*{FACTOR}))':h='max(1,round({HEIGHT}*{FACTOR}))':flags=area"
    ":out_range=pc:out_color_matrix=bt601"
)
# Times in a file may be wrong: nobody waits longer than a second for a picture.
PACE = "realtime=limit=1"
OUTPUT = (
    *("-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "2"),
    *("-flush_packets", "1", "-f", "mpjpeg", "pipe:1"),
)


def start_stream(
    ffmpeg: Ffmpeg, address: str, *, max_pixels: int, silent_seconds: float
) -> LivePictures:
    """Watch rtsp://, rtsps://, http:// or https://. It ends if the source is silent for so long.

    The address goes through a pipe, as it may have a password and everyone on a machine can see
    the arguments of its programs: as a list of one file, the only text that FFmpeg takes an
    address from.
    """
    microseconds = round(silent_seconds * 1_000_000)
    if address.startswith("http"):
        formats, protocols = WEB_FORMATS, "http,https,tcp,tls"
        options = ["max_redirects 0", f"rw_timeout {microseconds}"]
    else:
        formats, protocols = "rtsp", "rtsp,rtsps,rtp,udp,tcp,tls"
        # Over TCP no packet is lost. Some cameras know only UDP.
        options = ["rtsp_transport udp+tcp", "rtsp_flags prefer_tcp", f"timeout {microseconds}"]
    # What answers at the address may not be such a list.
    options += [f"format_whitelist {formats}", f"protocol_whitelist {protocols}"]
    quoted = address.replace("'", r"'\''")
    lines = ["ffconcat version 1.0", f"file '{quoted}'"]
    lines += [f"option {option}" for option in (*options, *QUICK_OPTIONS)]
    given = (
        *("-protocol_whitelist", f"pipe,{protocols}", "-format_whitelist", f"concat,{formats}"),
        *(*QUICK, "-f", "concat", "-safe", "0", "-i", "pipe:0"),
    )
    filters = [DEINTERLACE, SELECT, SCALE]
    return _start(ffmpeg, given, filters, max_pixels, text="\n".join(lines).encode())


def start_camera(ffmpeg: Ffmpeg, number: int, *, max_pixels: int) -> LivePictures:
    """Watch a camera of this machine, on Linux."""
    given = ("-f", "v4l2", *QUICK, "-i", f"/dev/video{number}")
    return _start(ffmpeg, given, [DEINTERLACE, SELECT, SCALE], max_pixels)


def start_video(ffmpeg: Ffmpeg, file: IO[bytes], *, max_pixels: int) -> LivePictures:
    """Play a file. Raises UnreadableItem, UnsupportedItem or TooLargeItem."""
    header = read_header(ffmpeg, file)
    if header.width_pixels * header.height_pixels > max_pixels:
        raise TooLargeItem("The video has more pixels than allowed. Shrink it.")
    scale = SCALE + guess_colors(header)
    filters = [*deinterlace(header), SELECT, *map_tones(header), scale, PACE]
    with reopened(file) as descriptor:
        given = name_input(file, descriptor)
        return _start(ffmpeg, given, filters, max_pixels, passed=(descriptor,))


def _start(
    ffmpeg: Ffmpeg,
    source: Sequence[str],
    filters: Sequence[str],
    max_pixels: int,
    *,
    text: bytes = b"",
    passed: Sequence[int] = (),
) -> LivePictures:
    most = round(max_pixels * PIXELS_WITH_BLOCKS)
    run = ffmpeg.start(
        [
            *("-v", "error", "-max_pixels", str(most), *source, "-map", "0:V:0"),
            *("-vf", ",".join((*filters, "setsar=1", "format=yuvj420p")), *OUTPUT),
        ],
        limits=LIMITS,
        passed=passed,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if run.process.stdin is not None:
        # It may have ended already.
        with suppress(BrokenPipeError), run.process.stdin as pipe:
            pipe.write(text)
    return LivePictures(run)
