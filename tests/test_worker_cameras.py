"""A live source in a process of its own, of which nothing is left and nothing is believed."""

import sys

import psutil
import pytest

from worker.cameras import Camera
from worker.live_sources import LiveSource

MAX_PIXELS = 1_000_000
WAIT_SECONDS = 30.0


class DeafCamera(Camera):
    """One whose process cannot be told what to open."""

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
    # As long as the failure is known, so is the camera: nothing else has closed its socket.
    assert failure.value.__traceback__
    assert psutil.Process().num_fds() == before


def test_a_camera_that_cannot_be_told_what_to_open_leaves_nothing_behind(source):
    before = psutil.Process().num_fds()
    with pytest.raises(OSError, match="no buffer space") as failure:
        DeafCamera(source, MAX_PIXELS, WAIT_SECONDS)
    assert failure.value.__traceback__
    assert psutil.Process().num_fds() == before
    assert not [child for child in psutil.Process().children() if _is_camera(child)]


def _is_camera(process: psutil.Process) -> bool:
    return "worker.camera_program" in process.cmdline()
