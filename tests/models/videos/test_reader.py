"""The same frames of a video are analyzed in any format and in any number of parts."""

import io
import os
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from models.errors import TooLargeItem, UnreadableItem, UnsupportedItem
from models.pictures.recognition import HEAD_BYTES, is_video
from models.pictures.working_size import WorkingSize
from models.videos.grid import Grid
from models.videos.reader import Frame, Video
from models.weights.folder import default_weights_dir
from tests.support.clips import HEIGHT, WIDTH, write_clip
from tests.support.sample_videos import (
    CODED,
    EVEN,
    VARYING,
    cut_off,
    decode_interlaced,
    decode_sample,
    forget_duration,
    make_sound,
    turn_right,
)


def open_video(data: bytes, max_pixels: int = 10**7, working_side: int = 1920) -> Video:
    return Video(io.BytesIO(data), max_pixels=max_pixels, working_size=WorkingSize(working_side))


def sample(data: bytes, grid: Grid, first: int = 0, stop: int | None = None) -> list[Frame]:
    with closing(open_video(data)) as video:
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


def test_a_turned_phone_gives_upright_frames(tmp_path: Path) -> None:
    data = write_clip(tmp_path / "a.mp4", default_weights_dir(os.environ), seconds=0.5).read_bytes()
    [plain, *_] = sample(data, Grid(2.0))
    [turned, *_] = sample(turn_right(data), Grid(2.0))
    assert (plain.picture.width_pixels, plain.picture.height_pixels) == (WIDTH, HEIGHT)
    assert (turned.picture.width_pixels, turned.picture.height_pixels) == (HEIGHT, WIDTH)
    assert np.array_equal(turned.picture.rgb, np.rot90(plain.picture.rgb, -1))


def test_a_large_frame_is_reduced_and_keeps_its_size() -> None:
    with closing(open_video(decode_sample("H.265 10-bit"), working_side=32)) as video:
        frame = next(frame for frame in video.sample(Grid(2.0), 0, None) if frame)
    assert frame.picture.rgb.shape == (24, 32, 3)
    assert (frame.picture.width_pixels, frame.picture.height_pixels) == (64, 48)


def test_a_duration_that_is_missing_is_none(clip: Path) -> None:
    assert read_duration(clip.read_bytes()) == pytest.approx(7.0, abs=0.2)
    unknown = forget_duration(clip.read_bytes())
    assert read_duration(unknown) is None
    assert milliseconds(sample(unknown, Grid(2.0))) == list(range(0, 7000, 500))


def read_duration(data: bytes) -> float | None:
    with closing(open_video(data)) as video:
        return video.header.duration_seconds


def test_of_a_video_that_breaks_off_the_readable_part_is_read(clip: Path) -> None:
    frames = sample(cut_off(clip.read_bytes()), Grid(2.0))
    assert 3 <= len(frames) < 14
    assert sample(cut_off(clip.read_bytes()), Grid(2.0), first=13) == []


@pytest.mark.parametrize(
    "data",
    [b"", b"\x1a\x45\xdf\xa3" + bytes(2000), make_sound(), cut_off(decode_sample("AV1"), 0.1)],
    ids=["empty", "zeros", "sound", "head alone"],
)
def test_a_file_without_frames_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableItem, match="No frames can be read"):
        open_video(data)


def test_a_video_with_too_many_pixels_is_refused() -> None:
    with pytest.raises(TooLargeItem, match="3072 pixels and at most 3000"):
        open_video(decode_sample("H.265 10-bit"), max_pixels=3000)


@pytest.mark.parametrize(
    "disguise", [b"v=0\ns=-\nAVI ", b"v=0\nfree", b"v=0\nmoov", b"AAAAftypjp2 \nv=0"]
)
def test_a_text_that_describes_a_network_stream_is_not_a_video(disguise: bytes) -> None:
    stream = b"\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5704 RTP/AVP 26\n"
    before = open_sockets()
    with pytest.raises(UnreadableItem):
        open_video(disguise + stream)
    assert open_sockets() == before


def open_sockets() -> set[str]:
    links = [path for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return {str(path.readlink()) for path in links if "socket" in str(path.readlink())}


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


def test_an_interlaced_video_is_refused_and_unwritten_memory_is_not_analyzed() -> None:
    with pytest.raises(UnsupportedItem, match="interlaced"):
        sample(decode_interlaced(), Grid(100.0))


def test_messages_of_others_during_a_retrieval_are_passed_on(capfd: pytest.CaptureFixture) -> None:
    data = decode_sample("AV1")
    video = open_video(data)
    assert video._capture.grab()

    class Talkative:
        def retrieve(self) -> tuple[bool, np.ndarray]:
            os.write(2, b"a word of somebody else\n")
            return video._capture.retrieve()

    assert video._retriever.read(Talkative()) is not None
    video.close()
    assert "a word of somebody else" in capfd.readouterr().err


class Breaking(io.BytesIO):
    """A file that can be read only up to a byte, as for lack of memory."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > self._most:
            raise MemoryError
        return super().read(size)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_file_that_fails_while_it_is_decoded_fails_the_video_and_not_the_process(
    clip: Path, share: float
) -> None:
    data = clip.read_bytes()

    def read() -> None:
        file = Breaking(data, int(share * len(data)))
        with closing(Video(file, max_pixels=10**7, working_size=WorkingSize(1920))) as video:
            list(video.sample(Grid(100.0), 0, None))

    with pytest.raises((TooLargeItem, UnreadableItem)):
        read()
