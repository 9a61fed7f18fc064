"""A live source in its own process, which leaves nothing behind and is not trusted."""

import io
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import psutil
import pytest
from PIL import Image

from api.live import cameras
from api.live.camera_program import (
    HEADER,
    LOST,
    OVER,
    PICTURE,
    READY,
    CameraRequest,
    SourceLost,
    retrieve_frame,
)
from api.live.cameras import Camera, SourceUnavailable
from models.videos.retrieval import Retriever
from tests.support.media.sample_videos import decode_interlaced
from tests.support.programs.live import make_avi
from worker.addresses.live_sources import LiveKind, LiveSource

MAX_PIXELS = 1_000_000
WAIT_SECONDS = 30.0
HUGE = 0xFFFFFFFF


def read_pictures(source: LiveSource, max_pixels: int = MAX_PIXELS) -> list[bytes]:
    """All pictures of a source until it ends; raises SourceUnavailable."""
    pictures = []
    with closing(Camera(source, max_pixels, WAIT_SECONDS)) as camera:
        while (picture := camera.read(monotonic() + WAIT_SECONDS)) is not None:
            pictures.append(picture)
    return pictures


class DeafCamera(Camera):
    """A camera whose process cannot receive its request."""

    def _send(self, content: bytes) -> None:
        raise OSError("no buffer space")


@pytest.fixture
def source() -> LiveSource:
    return LiveSource.parse("stage=/videos/none.mp4")


def test_a_camera_that_cannot_be_started_leaves_no_socket_open(source, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    before = psutil.Process().num_fds()
    with pytest.raises(FileNotFoundError) as failure:
        Camera(source, MAX_PIXELS, WAIT_SECONDS)
    # The traceback keeps the camera alive, so its socket was closed explicitly.
    assert failure.value.__traceback__
    assert psutil.Process().num_fds() == before


def test_a_camera_that_cannot_receive_its_request_leaves_nothing_behind(source):
    before = psutil.Process().num_fds()
    with pytest.raises(OSError, match="no buffer space") as failure:
        DeafCamera(source, MAX_PIXELS, WAIT_SECONDS)
    assert failure.value.__traceback__
    assert psutil.Process().num_fds() == before
    assert not [child for child in psutil.Process().children() if _is_camera(child)]


def _is_camera(process: psutil.Process) -> bool:
    return "api.live.camera_program" in process.cmdline()


def write_picture(width: int, height: int, file_format: str = "JPEG", **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height)).save(stream, file_format, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("kind", "size", "content"),
    [
        pytest.param(PICTURE, HUGE, b"", id="a picture of 4 GB"),
        pytest.param(LOST, HUGE, b"", id="a reason of 4 GB"),
        pytest.param(OVER, HUGE, b"", id="an end of 4 GB"),
        pytest.param(READY, 0, b"", id="ready again"),
        pytest.param(b"X", 0, b"", id="what has no meaning"),
        pytest.param(PICTURE, None, b"", id="an empty picture"),
        pytest.param(PICTURE, None, b"\xff\xd8\xff\xe0", id="a broken picture"),
        pytest.param(PICTURE, None, write_picture(8000, 8000), id="a picture of many pixels"),
        pytest.param(PICTURE, None, write_picture(8, 8, "PNG"), id="a picture of another format"),
    ],
)
def test_an_answer_that_no_decoder_sends_ends_the_source(
    source, monkeypatch, tmp_path, kind, size, content
):
    answer = HEADER.pack(kind, len(content) if size is None else size) + content
    monkeypatch.setattr(sys, "executable", write_decoder(tmp_path, answer))
    with pytest.raises(SourceUnavailable, match="something other than a picture"):
        read_pictures(source)


def test_a_program_that_is_never_ready_ends_the_source(source, monkeypatch, tmp_path):
    program = tmp_path / "decoder"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(cameras, "LONGEST_START_SECONDS", 0.1)
    with pytest.raises(SourceUnavailable, match="did not start"):
        read_pictures(source)


def test_an_error_that_is_not_utf8_is_still_reported(source, monkeypatch, tmp_path):
    answer = HEADER.pack(LOST, 4) + b"no\xff\xfe"
    monkeypatch.setattr(sys, "executable", write_decoder(tmp_path, answer))
    with pytest.raises(SourceUnavailable, match="no\N{REPLACEMENT CHARACTER}"):
        read_pictures(source)


TEXTS = {
    "an SDP description": "v=0\ns=-\nc=IN IP4 127.0.0.1\nm=video 5704 RTP/AVP 26\n",
    "a list of files": "ffconcat version 1.0\nfile other.avi\n",
    "a playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.avi\n#EXT-X-ENDLIST\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_file_that_refers_to_another_source_is_not_followed(tmp_path, text):
    make_avi(tmp_path / "other.avi", [write_picture(64, 64)], side=64)
    (tmp_path / "text.mp4").write_text(text)
    sockets = []
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_pictures, LiveSource.parse(f"stage={tmp_path}/text.mp4"))
        while not reading.done():
            sockets += find_network_sockets()
        with pytest.raises(SourceUnavailable, match="cannot be opened"):
            reading.result()
    assert sockets == []


def find_network_sockets() -> list[object]:
    """The sockets of the cameras of this process."""
    found: list[object] = []
    for child in psutil.Process().children():
        # It may end in the meantime.
        with suppress(psutil.Error):
            if "api.live.camera_program" in child.cmdline():
                found += child.net_connections("inet")
    return found


def test_a_video_at_the_limit_of_pixels_is_read(tmp_path):
    pictures = [write_picture(2000, 2000)] * 2
    clip = make_avi(tmp_path / "clip.avi", pictures, side=2000)
    assert read_pictures(LiveSource.parse(f"stage={clip}"), max_pixels=4_000_000)


def test_a_video_over_the_limit_of_pixels_ends_the_source(tmp_path):
    clip = make_avi(tmp_path / "clip.avi", [write_picture(2000, 2000)] * 2, side=2000)
    with pytest.raises(SourceUnavailable, match="more than 3999999 pixels"):
        read_pictures(LiveSource.parse(f"stage={clip}"), max_pixels=3_999_999)


class GrowingCapture:
    """A device whose picture is larger than it reported."""

    def retrieve(self):
        return True, np.zeros((3, 4, 3), np.uint8)


def test_a_picture_larger_than_its_header_says_ends_the_source():
    request = CameraRequest(LiveKind.DEVICE, "0", max_pixels=12, read_seconds=1.0)
    with closing(Retriever()) as retriever:
        assert retrieve_frame(retriever, GrowingCapture(), request).shape == (3, 4, 3)
        with pytest.raises(SourceLost, match="more than 11 pixels"):
            retrieve_frame(retriever, GrowingCapture(), replace(request, max_pixels=11))


def test_an_interlaced_source_says_so_and_shows_no_unwritten_memory(tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(decode_interlaced())
    with pytest.raises(SourceUnavailable, match="interlaced"):
        read_pictures(LiveSource.parse(f"stage={clip}"))


def test_pictures_that_need_too_much_memory_end_the_source(tmp_path):
    picture = write_picture(16_000, 16_000, subsampling=0)
    clip = make_avi(tmp_path / "clip.avi", [picture] * 2, side=64)
    with pytest.raises(SourceUnavailable, match="need more memory than allowed"):
        read_pictures(LiveSource.parse(f"stage={clip}"), max_pixels=10**9)


def test_a_picture_of_one_row_is_shown(tmp_path):
    clip = make_avi(tmp_path / "clip.avi", [write_picture(8000, 2)] * 2, side=2)
    assert read_pictures(LiveSource.parse(f"stage={clip}"))


def write_decoder(folder: Path, answer: bytes) -> str:
    """A program that is ready and sends this answer, and then waits for its end."""
    (folder / "answer").write_bytes(HEADER.pack(READY, 0) + answer)
    program = folder / "decoder"
    program.write_text(f"#!/bin/sh\ncat '{folder}/answer' >&0\nexec cat <&0 >/dev/null\n")
    program.chmod(0o700)
    return str(program)
