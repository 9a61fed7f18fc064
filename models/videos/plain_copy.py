"""A video without what describes it: its pictures and its sound, copied into a new file."""

import subprocess
from contextlib import closing
from typing import IO

from models.errors import EncodingFailed
from models.file_kinds.kinds import MATROSKA, MP4, QUICKTIME
from models.file_kinds.recognition import HEAD_BYTES, find_video_kind
from models.videos.ffmpeg import Ffmpeg, Limits, reopened
from models.videos.header import name_input, read_header

LIMITS = Limits(file_bytes=1 << 62)
# No tags, chapters, subtitles (some cameras write their position there), data (GPS tracks of action
# cameras), covers or attachments. The display matrix and the colors are of the picture, and stay.
PLAIN = (
    *("-map", "0:V:0", "-map", "0:a?", "-c", "copy", "-map_chapters", "-1", "-map_metadata", "-1"),
    *("-map_metadata:s:v", "-1", "-map_metadata:s:a", "-1", "-fflags", "+bitexact"),
)
# What is among the pictures themselves and tells of them, by codec, as the numbers of its units:
# positions and times of some cameras, captions, settings of encoders. SEI of H.264, HEVC and VVC
# (ITU-T H.264, H.265, H.266), metadata of AV1, user data of MPEG-2, and the segments of JPEG but
# those by which its colors are read.
TOLD = {
    "h264": "6",
    "hevc": "39-40",
    "vvc": "23-24",
    "av1": "5",
    "mpeg2video": "178",
    "mjpeg": "225-237|239|254",
}
QUICKTIME_BRAND = b"qt  "


def copy_plain(ffmpeg: Ffmpeg, file: IO[bytes], target: IO[bytes], seconds: float) -> str:
    """Write the copy into an open file, and return its media type. The same file gives the same
    bytes. Raises EncodingFailed, also if it takes longer than that."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    kind = find_video_kind(head)
    codec = read_header(ffmpeg, file).codec
    silenced = ("-bsf:v", f"filter_units=remove_types={TOLD[codec]}") if codec in TOLD else ()
    # Where times start elsewhere than at 0, players of MP4 would show nothing at first.
    shifted = () if kind in (MP4, QUICKTIME, MATROSKA) else ("-start_at_zero",)
    with reopened(file) as descriptor:
        run = ffmpeg.start(
            [
                *("-v", "quiet", *shifted, *name_input(file, descriptor), *PLAIN),
                *(*silenced, "-f", _choose_muxer(head), "-fd", str(target.fileno()), "-y", "fd:"),
            ],
            limits=LIMITS,
            passed=(descriptor, target.fileno()),
        )
    with closing(run):
        try:
            status = run.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise EncodingFailed(f"FFmpeg took longer than {seconds:g} s") from None
    if status:
        raise EncodingFailed(f"FFmpeg ended with status {status}")
    return (MATROSKA if kind == MATROSKA else MP4).media_type or ""


def _choose_muxer(head: bytes) -> str:
    """That of the same kind where browsers play it; of others, MP4."""
    kind = find_video_kind(head)
    if kind == MATROSKA:
        return "webm" if b"webm" in head else "matroska"
    return "mov" if kind == QUICKTIME or head[8:12] == QUICKTIME_BRAND else "mp4"
