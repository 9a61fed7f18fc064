"""A Matroska file without a duration gets one, so that any time in it can be sought."""

import struct
from contextlib import closing
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.pictures.working_size import WorkingSize
from models.videos.grid import Grid
from models.videos.matroska import write_duration
from models.videos.reader import Video
from tests.support.sample_videos import decode_sample, forget_duration, make_sound

SECONDS = 20
UNKNOWN = b"\x01" + b"\xff" * 7


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A picture that grows brighter, a tenth of a second at a time, with few key frames."""
    path = tmp_path_factory.mktemp("video") / "a.webm"
    code = cv2.VideoWriter.fourcc(*"VP80")
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, 10.0, (64, 48))
    for number in range(SECONDS * 10):
        writer.write(np.full((48, 64, 3), 20 + number, np.uint8))
    writer.release()
    return path.read_bytes()


def name(video: bytes) -> bytes:
    file = BytesIO(video)
    write_duration(file)
    return file.getvalue()


def read_duration(video: bytes) -> float | None:
    with open_video(video) as opened:
        return opened.header.duration_seconds


def open_video(video: bytes) -> closing[Video]:
    return closing(Video(BytesIO(video), max_pixels=10**7, working_size=WorkingSize(640)))


def test_a_recording_without_a_duration_is_given_that_of_its_last_picture(written: bytes) -> None:
    forgotten = forget_duration(written)
    assert read_duration(forgotten) is None
    named = name(forgotten)
    assert read_duration(named) == pytest.approx(SECONDS - 0.1)
    assert len(named) == len(written)


def test_any_time_in_it_can_be_gone_to(written: bytes) -> None:
    with open_video(name(forget_duration(written))) as video:
        read = list(video.sample(Grid(2.0), 30, 31))
    [frame] = [one for one in read if one is not None]
    assert frame.seconds == pytest.approx(15.0)
    with open_video(written) as whole:
        [there] = [bgr for at, bgr in whole.read_all(0.0, None) if at == frame.seconds]
    assert np.array_equal(frame.picture.rgb, there[:, :, ::-1])
    # Not all that comes before it was read.
    assert len(read) < 30


def test_a_file_that_names_one_stays_as_it_is(written: bytes) -> None:
    assert name(written) == written


@pytest.mark.parametrize(
    "file",
    [b"", b"\x1a\x45\xdf\xa3", decode_sample("AV1"), make_sound(), bytes(1000)],
    ids=["empty", "its head alone", "MP4", "AVI", "nothing"],
)
def test_a_file_of_another_kind_stays_unchanged(file: bytes) -> None:
    assert name(file) == file


def element(name_: str, content: bytes) -> bytes:
    return bytes.fromhex(name_) + bytes([0x80 | len(content)]) + content


def record(info: bytes, clusters: int = 3) -> bytes:
    """As a browser does: a segment and clusters without an end, with a block a second."""
    blocks = b"".join(
        element("a3", b"\x81" + struct.pack(">h", second * 1000) + b"\x80picture")
        for second in range(10)
    )
    found = element("ec", b"") + element("1549a966", info)
    for number in range(clusters):
        head = element("e7", struct.pack(">H", number * 10_000))
        found += bytes.fromhex("1f43b675") + UNKNOWN + head + blocks
    return element("1a45dfa3", b"") + bytes.fromhex("18538067") + UNKNOWN + found


@pytest.mark.parametrize("app", ["Chrome", "QTmuxingAppLibWebM-0.0.1", "ab"])
def test_the_names_of_programs_make_room(app: str) -> None:
    scale = element("2ad7b1", b"\x0f\x42\x40")
    programs = element("4d80", app.encode()) + element("5741", app.encode())
    before, after = record(scale + programs), name(record(scale + programs))
    at = after.find(b"\x44\x89\x88")
    room = len(programs)
    if room < 11:
        assert after == before
        return
    assert struct.unpack(">d", after[at + 3 : at + 11]) == (29_000.0,)
    # What follows in the same room is void, to the last byte.
    void = after[at + 11 : at + room]
    assert void == b"\xec" + bytes([0x80 | (room - 13)]) + bytes(room - 13)
    assert after[:at] + after[at + room :] == before[:at] + before[at + room :]


def test_a_long_void_says_its_length_in_eight_bytes() -> None:
    info = bytes.fromhex("ec4190") + bytes(400)
    video = element("1a45dfa3", b"") + bytes.fromhex("18538067") + UNKNOWN
    video += bytes.fromhex("1549a966") + (0x4000 | len(info)).to_bytes(2, "big") + info
    video += record(b"")[record(b"").index(b"\x1f\x43\xb6\x75") :]
    after = name(video)
    at = after.index(b"\x44\x89\x88")
    assert after[at + 11] == 0xEC
    assert int.from_bytes(after[at + 12 : at + 20], "big") & ((1 << 56) - 1) == 403 - 20
    assert len(after) == len(video)


def test_a_truncated_file_gets_the_duration_of_what_is_left() -> None:
    whole = record(element("4d80", b"Chrome") + element("5741", b"Chrome"))
    after = name(whole[: len(whole) // 2])
    at = after.index(b"\x44\x89\x88")
    [duration] = struct.unpack(">d", after[at + 3 : at + 11])
    assert 10_000 < duration < 20_000


def test_the_file_may_be_on_a_disk(written: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    path.write_bytes(forget_duration(written))
    with path.open("r+b") as file:
        write_duration(file)
    assert read_duration(path.read_bytes()) == pytest.approx(SECONDS - 0.1)
