"""Videos made with FFmpeg: eight gray frames of growing brightness, or what the tests name."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.videos.ffmpeg import Ffmpeg

# Four frames a second for two seconds: 20, 40, 60 ...
STEPS = (
    "color=gray:size=64x48:rate=4:duration=2,format=yuv420p,"
    "geq=lum='16+(20+20*N)*219/255':cb=128:cr=128"
)
BRIGHTNESS = tuple(range(20, 180, 20))


def make_video(path: Path, *arguments: str, source: str = STEPS) -> bytes:
    """A video of frames that a filter of FFmpeg draws; the arguments describe how it is coded."""
    run_ffmpeg("-f", "lavfi", "-i", source, *arguments, str(path))
    return path.read_bytes()


def run_ffmpeg(*arguments: str) -> None:
    command = [Ffmpeg.find().program, "-nostdin", "-v", "error", "-y", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stderr)


def read_frames(path: Path) -> Iterator[NDArray[np.uint8]]:
    capture = cv2.VideoCapture(str(path))
    while True:
        ok, frame = capture.read()
        if not ok:
            return
        yield frame.astype(np.uint8)
