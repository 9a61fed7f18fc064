"""The same frames of a video are analyzed in any format and in any number of parts."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from models.errors import TooLargeItem, UnreadableItem, UnsupportedItem
from models.file_kinds.recognition import HEAD_BYTES, is_video
from models.pictures.working_size import WorkingSize
from models.videos import budget
from models.videos.ffmpeg import Ffmpeg
from models.videos.filters import stop_at
from models.videos.grid import Grid
from models.videos.header import read_header
from models.videos.reader import Frame, Video
from models.videos.stream import Decoding, decode
from models.weights.folder import default_weights_dir
from tests.support.media.clips import write_clip
from tests.support.media.made_videos import make_video
from tests.support.media.sample_videos import (
    CODED,
    EVEN,
    TURNS,
    VARYING,
    cut_off,
    decode_interlaced,
    decode_sample,
    forget_duration,
    make_sound,
    promise_ages,
    turn_matrix,
)

EXPECTED = {
    "right": lambda rgb: np.rot90(rgb, -1),
    "left": lambda rgb: np.rot90(rgb),
    "around": lambda rgb: rgb[::-1, ::-1],
    "mirrored": lambda rgb: rgb[:, ::-1],
    "upside down": lambda rgb: rgb[::-1],
    "mirrored and right": lambda rgb: np.rot90(rgb[:, ::-1], -1),
    "mirrored and left": lambda rgb: np.rot90(rgb[:, ::-1]),
}


@contextmanager
def open_video(data: bytes, max_pixels: int = 10**7, working_side: int = 1920) -> Iterator[Video]:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        yield Video(
            Ffmpeg.find(), file, max_pixels=max_pixels, working_size=WorkingSize(working_side)
        )


def sample(data: bytes, grid: Grid, first: int = 0, stop: int | None = None) -> list[Frame]:
    with open_video(data) as video:
        return [frame for frame in video.sample(grid, first, stop) if frame is not None]


def milliseconds(frames: list[Frame]) -> list[int]:
    return [round(frame.seconds * 1000) for frame in frames]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "clip.mkv"
    return write_clip(path, default_weights_dir(os.environ))


@pytest.mark.parametrize("name", CODED)
def test_every_frame_has_its_time_and_its_brightness(name: str) -> None:
    times = VARYING if "varying" in name else EVEN
    frames = sample(decode_sample(name), Grid(100.0))
    assert milliseconds(frames) == list(times)
    brightness = [float(frame.picture.rgb.mean()) for frame in frames]
    assert np.allclose(brightness, range(20, 180, 20), atol=2.5)


def test_of_a_varying_rate_the_first_frame_at_or_after_each_time_is_taken() -> None:
    data = decode_sample("H.264 of varying rate")
    # Grid times 0, 500, 1000 and so on: 600 is the first after 500, 1700 after 1000 and 1500.
    frames = sample(data, Grid(2.0))
    assert milliseconds(frames) == [0, 600, 1700, 2300, 2950]
    assert [frame.position for frame in frames] == [0, 1, 3, 4, 5]


@pytest.mark.parametrize("data", [*CODED, "clip"])
@pytest.mark.parametrize("edges", [(0, None), (0, 3, None), (0, 1, 2, 5, 6, 9, None)], ids=len)
def test_parts_give_the_same_frames_as_the_whole(
    data: str, edges: tuple[int | None, ...], clip: Path
) -> None:
    content = clip.read_bytes() if data == "clip" else decode_sample(data)
    grid = Grid(5.0)
    whole = sample(content, grid)
    parts = [
        frame
        for first, stop in pairwise(edges)
        for frame in sample(content, grid, first or 0, stop)
    ]
    assert [(one.position, one.number, one.seconds) for one in parts] == [
        (one.position, one.number, one.seconds) for one in whole
    ]
    for one, other in zip(parts, whole, strict=True):
        assert np.array_equal(one.picture.rgb, other.picture.rgb)


def test_start_and_end_are_kept_to() -> None:
    data = decode_sample("AV1")
    frames = sample(data, Grid(4.0, start_seconds=0.5, end_seconds=1.25))
    assert milliseconds(frames) == [500, 750, 1000]


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_or_mirrored_video_gives_upright_frames(tmp_path: Path, turn: str) -> None:
    data = write_clip(tmp_path / "a.mp4", default_weights_dir(os.environ), seconds=0.5).read_bytes()
    [plain, *_] = sample(data, Grid(2.0))
    [turned, *_] = sample(turn_matrix(data, *TURNS[turn]), Grid(2.0))
    expected = EXPECTED[turn](plain.picture.rgb).astype(int)
    assert turned.picture.rgb.shape == expected.shape
    height, width = expected.shape[:2]
    assert (turned.picture.width_pixels, turned.picture.height_pixels) == (width, height)
    # Colors are stored for squares of four pixels, and mixed at their edges.
    assert np.abs(turned.picture.rgb - expected).mean() < 1


def test_a_large_frame_is_reduced_and_keeps_its_size() -> None:
    with open_video(decode_sample("H.265 10-bit"), working_side=32) as video:
        frame = next(frame for frame in video.sample(Grid(2.0), 0, None) if frame)
    assert frame.picture.rgb.shape == (24, 32, 3)
    assert (frame.picture.width_pixels, frame.picture.height_pixels) == (64, 48)


def test_a_duration_is_that_of_the_pictures_whatever_the_header_states(clip: Path) -> None:
    data = clip.read_bytes()
    for stated in (data, forget_duration(data), promise_ages(data)):
        assert measure(stated) == pytest.approx(7.0, abs=0.01)
        assert milliseconds(sample(stated, Grid(2.0))) == list(range(0, 7000, 500))


def test_a_file_that_breaks_off_should_last_as_long_as_it_states(clip: Path) -> None:
    data = clip.read_bytes()
    assert measure(cut_off(data)) == pytest.approx(7.0, abs=0.01)
    rest = measure(cut_off(forget_duration(data)))
    assert rest is not None
    assert 2.0 < rest < 5.0


def measure(data: bytes) -> float | None:
    with open_video(data) as video:
        return video.measure_seconds(lambda: None)


def test_of_a_video_that_breaks_off_the_readable_part_is_read(clip: Path) -> None:
    frames = sample(cut_off(clip.read_bytes()), Grid(2.0))
    assert 3 <= len(frames) < 14
    assert sample(cut_off(clip.read_bytes()), Grid(2.0), first=13) == []


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1a\x45\xdf\xa3" + bytes(2000), cut_off(decode_sample("AV1"), 0.1)],
    ids=["empty", "zeros", "head alone"],
)
def test_a_file_without_frames_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableItem, match="No frames can be read"), open_video(data):
        pass


def test_a_sound_is_unsupported() -> None:
    with pytest.raises(UnsupportedItem, match="a sound file"), open_video(make_sound()):
        pass


def test_a_video_with_too_many_pixels_is_refused() -> None:
    with (
        pytest.raises(TooLargeItem, match="3072 pixels and at most 3000"),
        open_video(decode_sample("H.265 10-bit"), max_pixels=3000),
    ):
        pass


@pytest.mark.parametrize(
    "disguise", [b"v=0\ns=-\nAVI ", b"v=0\nfree", b"v=0\nmoov", b"AAAAftypjp2 \nv=0"]
)
def test_a_text_that_describes_a_network_stream_is_not_a_video(disguise: bytes) -> None:
    stream = b"\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5704 RTP/AVP 26\n"
    with pytest.raises(UnreadableItem), open_video(disguise + stream):
        pass


@pytest.mark.parametrize(
    ("ending", "codec"),
    [("mp4", "mp4v"), ("mov", "mp4v"), ("mkv", "mp4v"), ("avi", "MJPG"), ("webm", "VP80")],
)
def test_every_kind_of_file_is_read(tmp_path: Path, ending: str, codec: str) -> None:
    path = write_clip(
        tmp_path / f"clip.{ending}", default_weights_dir(os.environ), seconds=1.0, codec=codec
    )
    assert is_video(path.read_bytes()[:HEAD_BYTES])
    assert len(sample(path.read_bytes(), Grid(5.0))) == 5


@pytest.mark.parametrize("brand", [b"jp2 ", b"jpx ", b"jxl ", b"crx ", b"avif", b"heic"])
def test_a_picture_in_a_box_is_not_a_video(brand: bytes) -> None:
    assert not is_video(b"\0\0\0\x18ftyp" + brand + bytes(12))


def test_a_text_that_contains_avi_is_not_a_video() -> None:
    assert not is_video(b"v=0\ns=-\nAVI file")


def test_frames_of_two_fields_become_pictures_of_their_own() -> None:
    frames = sample(decode_interlaced(), Grid(100.0))
    assert len(frames) == 4
    # Neighboring lines are of the same time.
    for frame in frames:
        lines = frame.picture.rgb.astype(int).mean(axis=(1, 2))
        assert np.abs(np.diff(lines)).max() < 3


def test_nothing_is_decoded_after_the_last_wanted_frame(clip: Path) -> None:
    with clip.open("rb") as file:
        header = read_header(Ffmpeg.find(), file)
        size = header.width_pixels, header.height_pixels
        wanted = Decoding(stop_at(header, 1.0), size, "rgb24")
        times = [
            one[0] - header.begins_seconds
            for one in decode(Ffmpeg.find(), file, wanted)
            if one is not None
        ]
    assert len(times) > 5
    # The first frame that is not wanted may come.
    assert max(times) == pytest.approx(1.0, abs=0.1)


# 400 frames in 40 s, with a key frame at every interval.
@pytest.mark.parametrize(("interval", "is_reached"), [("20", True), ("400", False)])
def test_so_many_frames_are_decoded_to_reach_one_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interval: str, is_reached: bool
) -> None:
    source = "color=gray:size=64x48:rate=10:duration=40"
    coded = ("-c:v", "mpeg4", "-g", interval, "-sc_threshold", "1000000000")
    data = make_video(tmp_path / "a.mkv", *coded, source=source)
    # As many as there are before the first count, in small frames.
    monkeypatch.setattr(budget, "MOST_PIXELS", 200 * budget.FEWEST_PIXELS)
    assert len(sample(data, Grid(1.0), 0)) == 40
    assert milliseconds(sample(data, Grid(1.0), 20, 22)) == [20_000, 21_000]
    if is_reached:
        assert milliseconds(sample(data, Grid(1.0), 30, 32)) == [30_000, 31_000]
    else:
        with pytest.raises(TooLargeItem, match="250 frames and more without a key frame"):
            sample(data, Grid(1.0), 30, 32)


@pytest.mark.parametrize("offset_seconds", [0, 2], ids=["times start again", "times continue"])
def test_no_frame_is_taken_twice_where_their_size_changes(
    tmp_path: Path, offset_seconds: int
) -> None:
    coded = ("-c:v", "libopenh264", "-g", "4", "-muxdelay", "0")
    small = make_video(tmp_path / "a.ts", *coded)
    late = ("-output_ts_offset", str(offset_seconds))
    large = make_video(tmp_path / "b.ts", *coded, "-vf", "scale=128:96", *late)
    frames = sample(small + large, Grid(1.0))
    assert [frame.position for frame in frames] == list(range(2 + offset_seconds))
    assert {frame.picture.rgb.shape for frame in frames} == {(48, 64, 3)}
