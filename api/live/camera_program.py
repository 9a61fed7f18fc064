"""The process that opens one live source and decodes it: `python -m api.live.camera_program`.

Its standard input is a socket to the process that started it (`api.live.cameras`) and that may
kill it at any time: a decoder or a camera's driver may hang or crash without harm to others.
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
from models.file_kinds.kinds import DEMUXERS, FFMPEG_OPTIONS_VARIABLE, VIDEO_FORMATS
from models.videos.retrieval import Retriever
from worker.addresses.live_sources import LiveKind
from worker.memory import bound_memory

REQUEST, READY, PICTURE, OVER, LOST = b"S", b"R", b"P", b"O", b"L"
HEADER = struct.Struct(">cI")
ASK = b"?"
# Twice the detector's size: enough detail for faces and for a screen, and quick to send.
LONGEST_SIDE_PIXELS = 1280
JPEG_QUALITY = 90
# The timestamps in a file may be wrong: watchers never wait longer than this for a frame.
LONGEST_GAP_SECONDS = 1.0
# In addition to the program itself. A picture of 16384 x 16384 pixels, the largest that FFmpeg
# decodes, needs nearly all of it; an 8K picture with ten reference frames needs a quarter.
MEMORY_BYTES = 2 << 30
# Every thread takes memory and adds delay.
DECODER_THREADS = 4
# FFmpeg may open nothing but the source itself, whatever the source refers to.
FFMPEG_OPTIONS = {
    LiveKind.FILE: f"protocol_whitelist;file|format_whitelist;{DEMUXERS}",
    LiveKind.STREAM: "protocol_whitelist;rtsp,rtsps,rtp,tcp,tls|rtsp_transport;tcp|fflags;nobuffer",
}
UNOPENED = {
    LiveKind.FILE: f"The source cannot be opened: it is not a readable {VIDEO_FORMATS} video.",
}
STOPPED = "The source stopped sending pictures."
TOO_MUCH = "The source's pictures need more memory than allowed, or cannot be decoded."


class SourceLost(FacetallyError):
    """The source cannot be opened, or ended early; the message never contains its address."""


@dataclass(frozen=True, slots=True)
class CameraRequest:
    """The source to open, and its limits."""

    kind: LiveKind
    address: str
    max_pixels: int
    read_seconds: float

    @classmethod
    def read(cls, content: bytes) -> Self:
        fields = json.loads(content)
        return cls(**{**fields, "kind": LiveKind(fields["kind"])})


def main() -> None:
    # Ctrl-C in a terminal is for the parent process; _listen notices when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with bound_memory(MEMORY_BYTES):
        _serve(socket.socket(fileno=0))


def _serve(connection: socket.socket) -> None:
    _, size = HEADER.unpack(connection.recv(HEADER.size, socket.MSG_WAITALL))
    request = CameraRequest.read(connection.recv(size, socket.MSG_WAITALL))
    # A source is given its time from here on, however long a busy machine took to start this.
    _send(connection, READY, b"")
    wanted = Event()
    listener = Thread(target=_listen, args=(connection, wanted), daemon=True)
    listener.start()
    try:
        for picture in _read_pictures(request, wanted):
            _send(connection, PICTURE, picture)
        _send(connection, OVER, b"")
    except SourceLost as error:
        _send(connection, LOST, str(error).encode())
    except (cv2.error, MemoryError):
        _send(connection, LOST, TOO_MUCH.encode())
    # Ending now would drop what the parent has not read yet.
    listener.join()


def _listen(connection: socket.socket, wanted: Event) -> None:
    """Note each request for a picture. End with the parent, whatever the decoder is doing."""
    try:
        while connection.recv(1):
            wanted.set()
    finally:
        os._exit(0)


def _send(connection: socket.socket, kind: bytes, content: bytes) -> None:
    connection.sendall(HEADER.pack(kind, len(content)) + content)


def _read_pictures(request: CameraRequest, wanted: Event) -> Iterator[bytes]:
    """The first picture after each request; the pictures in between are dropped."""
    capture, retriever = _open(request), Retriever()
    pace = Pace()
    wanted.wait()
    frames = 0
    while capture.grab():
        frames += 1
        if request.kind is LiveKind.FILE:
            pace.wait_for(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
        if wanted.is_set():
            wanted.clear()
            yield _encode(retrieve_frame(retriever, capture, request))
    if not frames:
        raise SourceLost("The source was opened, but sent no picture.")
    if request.kind is not LiveKind.FILE:
        raise SourceLost(STOPPED)


def _open(request: CameraRequest) -> cv2.VideoCapture:
    os.environ[FFMPEG_OPTIONS_VARIABLE] = FFMPEG_OPTIONS.get(request.kind, "")
    cv2.setNumThreads(DECODER_THREADS)
    milliseconds = round(request.read_seconds * 1000)
    bounds = [
        *(cv2.CAP_PROP_N_THREADS, DECODER_THREADS),
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, milliseconds),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, milliseconds),
    ]
    if request.kind is LiveKind.DEVICE:
        capture = cv2.VideoCapture(int(request.address))
    else:
        capture = cv2.VideoCapture(request.address, cv2.CAP_FFMPEG, bounds)
    if not capture.isOpened():
        raise SourceLost(UNOPENED.get(request.kind, "The source cannot be opened."))
    pixels = capture.get(cv2.CAP_PROP_FRAME_WIDTH) * capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
    _check_size(pixels, request)
    return capture


def _check_size(pixels: float, request: CameraRequest) -> None:
    if pixels > request.max_pixels:
        raise SourceLost(f"The source's pictures have more than {request.max_pixels} pixels.")


class Pace:
    """Delays the frames of a file until they are due."""

    def __init__(self) -> None:
        self._due = monotonic()
        self._seconds: float | None = None

    def wait_for(self, seconds: float) -> None:
        """Wait until the frame at `seconds` in the file is due, unless it is late."""
        gap = 0.0 if self._seconds is None else seconds - self._seconds
        self._seconds = seconds
        self._due += min(max(gap, 0.0), LONGEST_GAP_SECONDS)
        sleep(max(0.0, self._due - monotonic()))


def retrieve_frame(
    retriever: Retriever, capture: cv2.VideoCapture, request: CameraRequest
) -> NDArray[np.uint8]:
    """The grabbed frame, (H, W, 3) BGR. It may be larger than the header says."""
    try:
        bgr = retriever.read(capture)
    except TooLargeItem as error:
        raise SourceLost(TOO_MUCH) from error
    except ItemError as error:
        raise SourceLost(str(error)) from error
    if bgr is None:
        raise SourceLost(STOPPED)
    _check_size(bgr.shape[0] * bgr.shape[1], request)
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
