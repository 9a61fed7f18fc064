"""Videos of every kind that cameras and broadcasters make give the frames that a viewer sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.errors import UnsupportedItem
from models.pictures.working_size import WorkingSize
from models.videos.ffmpeg import Ffmpeg
from models.videos.grid import Grid
from models.videos.reader import Frame, Video
from tests.support.media.made_videos import BRIGHTNESS, make_video, run_ffmpeg

H264 = ("-c:v", "libopenh264", "-g", "4")
# How each kind of file is made.
KINDS = {
    "a.ts": H264,
    "a.m2ts": (*H264, "-mpegts_m2ts_mode", "1"),
    "a.mpg": ("-c:v", "mpeg2video", "-r", "25", "-f", "vob"),
    "a.wmv": ("-c:v", "wmv2",),
    "a.flv": ("-c:v", "flv1",),
    "a.3gp": ("-c:v", "mpeg4",),
    "a.mxf": ("-c:v", "mpeg2video", "-r", "25"),
    "a.dv": ("-r", "25", "-s", "720x576", "-pix_fmt", "yuv420p"),
    "a.mov": ("-c:v", "prores", "-pix_fmt", "yuv422p10le"),
    "a data stream.mov": ("-c:v", "mpeg4", "-timecode", "10:00:00:00"),
    "a.m2v": ("-c:v", "mpeg2video", "-r", "25", "-f", "mpeg2video"),
}  # fmt: skip
PICTURE = "color=0xb08060:size=64x48:rate=4:duration=1"
# Colors of sRGB in linear light, as a camera of HDR has them.
TO_HDR = (
    "format=yuv444p,setparams=color_primaries=bt709:color_trc=iec61966-2-1:colorspace=bt709:"
    "range=tv,zscale=t=linear:npl=203,format=gbrpf32le,"
    "zscale=p=bt2020:t={0}:m=bt2020nc:r=limited:npl=203,format=yuv420p10le"
)
HDR_COLORS = "bt2020", "bt2020nc"


@contextmanager
def open_video(path: Path) -> Iterator[Video]:
    with path.open("rb") as file:
        yield Video(Ffmpeg.find(), file, max_pixels=10**7, working_size=WorkingSize(1920))


def sample(path: Path, frames_per_second: float = 4.0) -> list[Frame]:
    with open_video(path) as video:
        frames = video.sample(Grid(frames_per_second), 0, None)
        return [frame for frame in frames if frame is not None]


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_of_file_is_read_from_its_first_picture_to_its_last(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    make_video(path, *KINDS[name])
    frames = sample(path)
    brightness = [float(frame.picture.rgb.mean()) for frame in frames]
    assert np.allclose(brightness, BRIGHTNESS, atol=4)
    # Rounded to ticks of the file, or to frames of its rate.
    assert np.allclose([frame.seconds for frame in frames], np.arange(8) / 4, atol=0.041)
    with open_video(path) as video:
        seconds = video.measure_seconds(lambda: None)
    assert seconds == pytest.approx(2.0, abs=0.25)


@pytest.mark.parametrize(
    ("shape", "size"),
    [("1/2", (64, 96)), ("2/1", (128, 48)), ("16/11", (93, 48)), ("1/1", (64, 48))],
)
def test_pixels_that_are_not_square_are_seen_as_they_are_displayed(
    tmp_path: Path, shape: str, size: tuple[int, int]
) -> None:
    path = tmp_path / "a.mkv"
    make_video(path, *H264, "-vf", f"setsar={shape}")
    [frame, *_] = sample(path)
    assert (frame.picture.width_pixels, frame.picture.height_pixels) == size
    assert frame.picture.rgb.shape == (size[1], size[0], 3)


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_hdr_has_the_colors_of_screens(tmp_path: Path, transfer: str) -> None:
    path = tmp_path / "a.mkv"
    primaries, space = HDR_COLORS
    make_video(
        path,
        *("-vf", TO_HDR.format(transfer), "-c:v", "ffv1", "-color_trc", transfer),
        *("-color_primaries", primaries, "-colorspace", space, "-color_range", "tv"),
        source=PICTURE,
    )
    [frame, *_] = sample(path)
    color = frame.picture.rgb.astype(int).mean(axis=(0, 1))
    assert np.abs(color - (0xB0, 0x80, 0x60)).max() < 12


def test_sound_with_a_cover_is_not_a_video(tmp_path: Path) -> None:
    cover, path = tmp_path / "cover.jpg", tmp_path / "a.mp4"
    make_video(cover, "-frames:v", "1", "-update", "1")
    run_ffmpeg(
        *("-f", "lavfi", "-i", "sine=duration=1", "-i", str(cover), "-map", "0", "-map", "1"),
        *("-c:a", "aac", "-c:v", "mjpeg", "-disposition:v", "attached_pic", str(path)),
    )
    with pytest.raises(UnsupportedItem, match="a sound file"), open_video(path):
        pass


def test_a_first_picture_that_is_late_is_at_zero(tmp_path: Path) -> None:
    early, path = tmp_path / "a.mkv", tmp_path / "late.mkv"
    make_video(early, *H264)
    run_ffmpeg("-itsoffset", "2", "-i", str(early), "-c", "copy", "-copyts", str(path))
    assert [frame.seconds for frame in sample(path)] == pytest.approx(np.arange(8) / 4, abs=0.01)
    with open_video(path) as video:
        assert video.measure_seconds(lambda: None) == pytest.approx(2.0, abs=0.01)


def test_frames_keep_their_times_where_some_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    missing = "select='not(between(n,2,4))',setpts=PTS*10"
    make_video(path, *H264, "-vf", missing, "-fps_mode", "passthrough")
    frames = sample(path)
    assert [round(frame.seconds, 2) for frame in frames] == [0, 2.5, 12.5, 15, 17.5]


def test_sound_that_is_longer_does_not_make_the_pictures_last_longer(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    make_video(path, "-f", "lavfi", "-i", "sine=duration=5", *H264, "-c:a", "aac")
    with open_video(path) as video:
        assert video.header.sound == "aac"
        assert video.measure_seconds(lambda: None) == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize(
    ("stated", "time"),
    [
        ("2026-07-01T10:30:00Z", datetime(2026, 7, 1, 10, 30, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", None),
    ],
)
def test_the_time_of_recording_is_read(tmp_path: Path, stated: str, time: datetime | None) -> None:
    path = tmp_path / "a.mp4"
    make_video(path, *H264, "-metadata", f"creation_time={stated}")
    with open_video(path) as video:
        assert video.header.created_at == time


def test_frames_of_two_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    make_video(path, "-c:v", "ffv1", "-vf", "scale=64:2")
    assert [frame.picture.rgb.shape for frame in sample(path)] == [(2, 64, 3)] * 8
