"""The process that opens one live source and decodes it: `python -m api.live.camera_program`.

Its standard input is a socket to the process that started it (`api.live.cameras`), which may kill
it
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
import numpy as np
from numpy.typing import NDArray

from models.errors import FacetallyError, ItemError, TooLargeItem
from models.pictures.file_kinds import DEMUXERS
from models.videos.retrieval import Retriever
from worker.live_sources import LiveKind
from worker.memory import bound_memory

PLAN, PICTURE, OVER, LOST = b"S", b"P", b"O", b"L"
HEADER = struct.Struct(">cI")
ASK = b"?"
# Twice what the detector sees: fine enough for chips and for a screen, and quick to send.
LONGEST_SIDE_PIXELS = 1280
JPEG_QUALITY = 90
# What its clock says of a frame may be wrong: no file makes its watchers wait longer for the next.
LONGEST_GAP_SECONDS = 1.0
# Beside what the program itself takes. A picture of 16384 x 16384 pixels, the largest that FFmpeg
# decodes, needs nearly all of it; one of 8K and ten that it was made from, a quarter.
MEMORY_BYTES = 2 << 30
# Each takes memory for itself, and on its way through them a picture gets older.
DECODER_THREADS = 4
# FFmpeg, told to reach nothing but the source itself, whatever stands in what it reads.
FFMPEG_OPTIONS = {
    LiveKind.FILE: f"protocol_whitelist;file|format_whitelist;{DEMUXERS}",
    LiveKind.STREAM: "protocol_whitelist;rtsp,rtsps,rtp,tcp,tls|rtsp_transport;tcp|fflags;nobuffer",
}
UNOPENED = {
    LiveKind.FILE: "The source cannot be opened: there is no MP4, MOV, MKV, WebM or AVI file of "
    "moving pictures that can be read.",
}
TOO_MUCH = "The source's pictures take more memory than one source may, or cannot be decoded."


class SourceLost(FacetallyError):
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
    with bound_memory(MEMORY_BYTES):
        _serve(socket.socket(fileno=0))


def _serve(connection: socket.socket) -> None:
    _, size = HEADER.unpack(connection.recv(HEADER.size, socket.MSG_WAITALL))
    plan = Plan.read(connection.recv(size, socket.MSG_WAITALL))
    asked = Event()
    listener = Thread(target=_listen, args=(connection, asked), daemon=True)
    listener.start()
    try:
        for picture in _read_pictures(plan, asked):
            _send(connection, PICTURE, picture)
        _send(connection, OVER, b"")
    except SourceLost as error:
        _send(connection, LOST, str(error).encode())
    except (cv2.error, MemoryError):
        _send(connection, LOST, TOO_MUCH.encode())
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
    capture, retriever = _open(plan), Retriever()
    pace = Pace()
    asked.wait()
    frames = 0
    while capture.grab():
        frames += 1
        if plan.kind is LiveKind.FILE:
            pace.wait_for(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
        if asked.is_set():
            asked.clear()
            yield _encode(retrieve_frame(retriever, capture, plan))
    if not frames:
        raise SourceLost("The source was opened, but gave no picture.")
    if plan.kind is not LiveKind.FILE:
        raise SourceLost("The source broke off.")


def _open(plan: Plan) -> cv2.VideoCapture:
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = FFMPEG_OPTIONS.get(plan.kind, "")
    cv2.setNumThreads(DECODER_THREADS)
    milliseconds = round(plan.read_seconds * 1000)
    bounds = [
        *(cv2.CAP_PROP_N_THREADS, DECODER_THREADS),
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, milliseconds),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, milliseconds),
    ]
    if plan.kind is LiveKind.DEVICE:
        capture = cv2.VideoCapture(int(plan.address))
    else:
        capture = cv2.VideoCapture(plan.address, cv2.CAP_FFMPEG, bounds)
    if not capture.isOpened():
        raise SourceLost(UNOPENED.get(plan.kind, "The source cannot be opened."))
    pixels = capture.get(cv2.CAP_PROP_FRAME_WIDTH) * capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
    _check_size(pixels, plan)
    return capture


def _check_size(pixels: float, plan: Plan) -> None:
    if pixels > plan.max_pixels:
        raise SourceLost(f"The source's pictures have more than {plan.max_pixels} pixels.")


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


def retrieve_frame(
    retriever: Retriever, capture: cv2.VideoCapture, plan: Plan
) -> NDArray[np.uint8]:
    """The frame that was grabbed: (H, W, 3) BGR. What the header tells of its size may be wrong."""
    try:
        bgr = retriever.read(capture)
    except TooLargeItem as error:
        raise SourceLost(TOO_MUCH) from error
    except ItemError as error:
        raise SourceLost(str(error)) from error
    if bgr is None:
        raise SourceLost("The source broke off.")
    _check_size(bgr.shape[0] * bgr.shape[1], plan)
    return bgr


def _encode(bgr: NDArray[np.uint8]) -> bytes:
    height, width = bgr.shape[:2]
    factor = LONGEST_SIDE_PIXELS / max(height, width)
    shown: cv2.typing.MatLike = bgr
    if factor < 1:
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        shown = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return encoded.tobytes()


if __name__ == "__main__":
    main()
