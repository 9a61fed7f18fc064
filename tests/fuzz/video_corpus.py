"""A whole video of each kind of file that is read: 16 frames in two seconds, most with sound."""

import tempfile
from pathlib import Path

from tests.support.media.made_videos import run_ffmpeg

SOURCE = "testsrc2=size=64x48:rate=8:duration=2,format=yuv420p"
SOUND = "sine=duration=2:sample_rate=44100"
H264 = ("-c:v", "libopenh264", "-g", "8", "-c:a", "aac")
# How each is coded, by its ending.
KINDS = {
    "mp4": H264,
    "fragmented.mp4": (*H264, "-movflags", "frag_keyframe+empty_moov"),
    "mov": ("-c:v", "mpeg4", "-c:a", "pcm_s16le", "-timecode", "10:00:00:00"),
    "mkv": ("-c:v", "mpeg4", "-c:a", "aac"),
    "webm": ("-c:v", "libvpx", "-c:a", "libvorbis"),
    "avi": ("-c:v", "mjpeg", "-c:a", "pcm_s16le"),
    "ts": H264,
    "m2ts": (*H264, "-mpegts_m2ts_mode", "1"),
    "mpg": ("-c:v", "mpeg2video", "-r", "25", "-f", "vob", "-c:a", "mp2"),
    "wmv": ("-c:v", "wmv2", "-c:a", "wmav2"),
    "flv": ("-c:v", "flv1", "-c:a", "aac"),
    "mxf": ("-c:v", "mpeg2video", "-r", "25", "-an"),
    "3gp": ("-c:v", "mpeg4", "-an"),
}


def make_video_corpus() -> dict[str, bytes]:
    """Files by their ending."""
    with tempfile.TemporaryDirectory() as folder:
        return {kind: _make(Path(folder) / f"a.{kind}", KINDS[kind]) for kind in KINDS}


def _make(path: Path, coded: tuple[str, ...]) -> bytes:
    inputs = ("-f", "lavfi", "-i", SOURCE, "-f", "lavfi", "-i", SOUND)
    # Bit for bit the same each time, so that a seed always makes the same file.
    run_ffmpeg(*inputs, *coded, "-bitexact", "-map_metadata", "-1", "-threads", "1", str(path))
    return path.read_bytes()
