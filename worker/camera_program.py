"""The process that opens one live source and decodes it: `python -m worker.camera_program`.

Its standard input is a socket to the process that started it (`worker.cameras`), which may kill it
at any time: a decoder, or a camera's driver, may hang or crash, and costs nobody else anything.
"""

import json
import os
import signal
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic, sleep
from typing import Self

import cv2

from worker.live_sources import LiveKind

PLAN, PICTURE, OVER, LOST = b"S", b"P", b"O", b"L"
HEADER = struct.Struct(">cI")
ASK = b"?"
# Twice what the detector sees: fine enough for chips and for a screen, and quick to send.
LONGEST_SIDE_PIXELS = 1280
JPEG_QUALITY = 90
# What its clock says of a frame may be wrong: no file makes its watchers wait longer for the next.
LONGEST_GAP_SECONDS = 1.0
# FFmpeg, told to reach nothing but the source itself, whatever stands in what it reads.
FFMPEG_OPTIONS = {
    LiveKind.FILE: "protocol_whitelist;file",
    LiveKind.STREAM: "protocol_whitelist;rtsp,rtsps,rtp,tcp,tls|rtsp_transport;tcp|fflags;nobuffer",
}


class Lost(Exception):
    """The source cannot be opened, or gives nothing more; the text never holds its address."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to open."""

    kind: LiveKind
    address: str
    max_pixels: int
    read_seconds: float

    @classmethod
    def read(cls, content: bytes) -> Self:
        fields = json.loads(content)
        return cls(**{**fields, "kind": LiveKind(fields["kind"])})


def main() -> None:
    # A Ctrl-C in the terminal is for the one that started this, whose end is seen by _listen.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = socket.socket(fileno=0)
    _, size = HEADER.unpack(connection.recv(HEADER.size, socket.MSG_WAITALL))
    plan = Plan.read(connection.recv(size, socket.MSG_WAITALL))
    asked = Event()
    listener = Thread(target=_listen, args=(connection, asked), daemon=True)
    listener.start()
    try:
        for picture in _read_pictures(plan, asked):
            _send(connection, PICTURE, picture)
        _send(connection, OVER, b"")
    except Lost as error:
        _send(connection, LOST, str(error).encode())
    # What was sent is still to be read.
    listener.join()


def _listen(connection: socket.socket, asked: Event) -> None:
    """Note each question; end with the one that asks them, whatever the decoder is at."""
    try:
        while connection.recv(1):
            asked.set()
    finally:
        os._exit(0)


def _send(connection: socket.socket, kind: bytes, content: bytes) -> None:
    connection.sendall(HEADER.pack(kind, len(content)) + content)


def _read_pictures(plan: Plan, asked: Event) -> Iterator[bytes]:
    """The first picture that comes after each question; those nobody asked for are let go."""
    capture = _open(plan)
    pace = Pace()
    asked.wait()
    frames = 0
    while capture.grab():
        frames += 1
        if plan.kind is LiveKind.FILE:
            pace.wait_for(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
        if asked.is_set():
            asked.clear()
            yield _encode(capture)
    if not frames:
        raise Lost("The source was opened, but gave no picture.")
    if plan.kind is not LiveKind.FILE:
        raise Lost("The source broke off.")


def _open(plan: Plan) -> cv2.VideoCapture:
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = FFMPEG_OPTIONS.get(plan.kind, "")
    waits = (cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, cv2.CAP_PROP_READ_TIMEOUT_MSEC)
    bounds = [number for wait in waits for number in (wait, round(plan.read_seconds * 1000))]
    if plan.kind is LiveKind.DEVICE:
        capture = cv2.VideoCapture(int(plan.address))
    else:
        capture = cv2.VideoCapture(plan.address, cv2.CAP_FFMPEG, bounds)
    if not capture.isOpened():
        raise Lost("The source cannot be opened.")
    pixels = capture.get(cv2.CAP_PROP_FRAME_WIDTH) * capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
    if pixels > plan.max_pixels:
        raise Lost(f"The source's pictures have more than {plan.max_pixels} pixels.")
    return capture


class Pace:
    """Lets the frames of a file come when they are due."""

    def __init__(self) -> None:
        self._due = monotonic()
        self._seconds: float | None = None

    def wait_for(self, seconds: float) -> None:
        """Until the frame that the file has at `seconds` is due; one that is late, not at all."""
        gap = 0.0 if self._seconds is None else seconds - self._seconds
        self._seconds = seconds
        self._due += min(max(gap, 0.0), LONGEST_GAP_SECONDS)
        sleep(max(0.0, self._due - monotonic()))


def _encode(capture: cv2.VideoCapture) -> bytes:
    found, bgr = capture.retrieve()
    if not found:
        raise Lost("The source broke off.")
    factor = LONGEST_SIDE_PIXELS / max(bgr.shape[:2])
    if factor < 1:
        bgr = cv2.resize(bgr, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return encoded.tobytes()


if __name__ == "__main__":
    main()
