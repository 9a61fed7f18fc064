"""A truncated file is recognized by the sizes it states, wherever it is cut."""

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.videos.truncation import breaks_off
from tests.support.media.sample_videos import CODED, cut_off, decode_sample, make_sound

WRITTEN = {"mp4": "mp4v", "mov": "mp4v", "mkv": "mp4v", "avi": "XVID", "webm": "VP80"}
PARTS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.999)


@pytest.fixture(params=[*CODED, *WRITTEN, "sound"])
def video(request: pytest.FixtureRequest, tmp_path: Path) -> bytes:
    if request.param in CODED:
        return decode_sample(request.param)
    if request.param == "sound":
        return make_sound()
    path = tmp_path / f"a.{request.param}"
    code = cv2.VideoWriter.fourcc(*WRITTEN[request.param])
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, 10.0, (64, 48))
    for number in range(20):
        writer.write(np.full((48, 64, 3), number * 10, np.uint8))
    writer.release()
    return path.read_bytes()


def test_a_whole_file_does_not_break_off(video: bytes) -> None:
    file = BytesIO(video)
    file.seek(5)
    assert not breaks_off(file)
    assert file.tell() == 5
    # Some fill their last block with nothing.
    assert not breaks_off(BytesIO(video + bytes(100)))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_file_breaks_off(video: bytes, part: float) -> None:
    assert breaks_off(BytesIO(cut_off(video, part)))


def make_box(name: bytes, content: bytes, *, long: bool = False) -> bytes:
    if long:
        return struct.pack(">I4sQ", 1, name, 16 + len(content)) + content
    return struct.pack(">I4s", 8 + len(content), name) + content


@pytest.mark.parametrize("long", [False, True])
def test_an_mp4_in_fragments_breaks_off_in_one_of_them(long: bool) -> None:
    fragment = make_box(b"moof", bytes(50)) + make_box(b"mdat", bytes(500), long=long)
    head = make_box(b"ftyp", b"iso5") + make_box(b"moov", bytes(80))
    whole = head + 3 * fragment
    assert not breaks_off(BytesIO(whole))
    # Where it ends between two fragments nobody can tell.
    assert not breaks_off(BytesIO(head + 2 * fragment))
    for missing in (1, 400, len(fragment) - 60, len(fragment) - 3):
        assert breaks_off(BytesIO(whole[:-missing])), missing


def test_a_last_box_may_go_to_the_end() -> None:
    open_end = struct.pack(">I4s", 0, b"mdat") + bytes(77)
    assert not breaks_off(BytesIO(make_box(b"ftyp", b"isom") + open_end))


def test_a_live_recording_breaks_off_inside_a_cluster() -> None:
    unknown = b"\x01" + b"\xff" * 7
    block = b"\xa3\x8a" + bytes(10)
    cluster = b"\x1f\x43\xb6\x75" + unknown + b"\xe7\x81\x00" + 3 * block
    live = b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67" + unknown + 2 * cluster
    assert not breaks_off(BytesIO(live))
    for missing in (1, 9, 11):
        assert breaks_off(BytesIO(live[:-missing])), missing


@pytest.mark.parametrize("make", [lambda: b"", lambda: b"\x00" * 64, lambda: bytes(range(256))])
def test_a_file_of_another_kind_is_not_truncated(make: Callable[[], bytes]) -> None:
    assert not breaks_off(BytesIO(make()))


@pytest.mark.parametrize(
    "content",
    [
        # An element of Matroska with the largest size but one, and a box with the largest.
        b"\x1a\x45\xdf\xa3\x84EBML\xec\x01\xff\xff\xff\xff\xff\xff\xfe" + bytes(100),
        make_box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", (1 << 64) - 1) + bytes(100),
    ],
    ids=["mkv", "mp4"],
)
def test_a_part_of_exabytes_breaks_off(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with path.open("rb") as file:
        assert breaks_off(file)
