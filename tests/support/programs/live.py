"""Clips of real faces, a network camera that shows a picture, and a reader of live streams."""

import io
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import cv2
import httpx
import numpy as np
from PIL import Image

from tests.support.media.made_videos import run_ffmpeg
from tests.support.programs.cli import WEIGHTS_DIR

SAMPLES = WEIGHTS_DIR / "samples"
PAIR = "gender_detection_input.jpg"  # a woman and a man
PACKET_BYTES = 1200
JPEG_PAYLOAD = 26


def read_sample(name: str, width: int, height: int) -> np.ndarray:
    """A whole sample photo on gray, as (H, W, 3) BGR of this size."""
    image = Image.open(SAMPLES / name).convert("RGB")
    image.thumbnail((width, height))
    canvas = Image.new("RGB", (width, height), (90, 90, 90))
    canvas.paste(image, ((width - image.width) // 2, (height - image.height) // 2))
    return np.asarray(canvas)[:, :, ::-1].copy()


def make_clip(path: Path, bgr: np.ndarray, frames: int, frames_per_second: int = 10) -> Path:
    """Write a video that shows one picture all the time."""
    size = (bgr.shape[1], bgr.shape[0])
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), frames_per_second, size)
    for _ in range(frames):
        writer.write(bgr)
    writer.release()
    return path


def make_long_clip(path: Path, bgr: np.ndarray) -> Path:
    """The same for five minutes, of a picture that is encoded once."""
    picture = path.with_suffix(".jpg")
    cv2.imwrite(str(picture), bgr, [cv2.IMWRITE_JPEG_QUALITY, 90])
    shown = ("-loop", "1", "-framerate", "10", "-i", str(picture))
    run_ffmpeg(*shown, "-frames:v", "3000", "-c:v", "copy", str(path))
    return path


def make_avi(path: Path, pictures: list[bytes], side: int) -> Path:
    """Write a video of these JPEG files whose header claims that they are `side` pixels square."""
    count = len(pictures)
    main = struct.pack("<14I", 100_000, 0, 0, 0, count, 0, 1, 0, side, side, 0, 0, 0, 0)
    times = struct.pack("<IHHIIIIIIII", 0, 0, 0, 0, 1, 10, 0, count, 0, 0, 0)
    stream = b"vidsMJPG" + times + struct.pack("<HHHH", 0, 0, side, side)
    shape = struct.pack("<IIIHH4s5I", 40, side, side, 1, 24, b"MJPG", 3 * side**2, 0, 0, 0, 0)
    track = _riff(b"LIST", b"strl", _riff(b"strh", stream), _riff(b"strf", shape))
    header = _riff(b"LIST", b"hdrl", _riff(b"avih", main), track)
    movie = _riff(b"LIST", b"movi", *(_riff(b"00dc", picture) for picture in pictures))
    path.write_bytes(_riff(b"RIFF", b"AVI ", header, movie))
    return path


def _riff(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def make_camera_file(path: Path, bgr: np.ndarray) -> Path:
    """Write a file that Chromium plays as its camera, in a loop: one picture."""
    height, width = bgr.shape[:2]
    planes = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420).tobytes()
    head = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + b"FRAME\n" + planes)
    return path


def read_parts(response: httpx.Response) -> Iterator[tuple[str, bytes]]:
    """Yield the type and content of each part of a stream, up to its last boundary."""
    kind, _, boundary = response.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/x-mixed-replace"
    mark, held = b"--" + boundary.encode(), b""
    blocks = response.iter_raw()
    while True:
        while b"\r\n\r\n" not in held:
            if held == mark + b"--\r\n":
                assert list(blocks) == []
                return
            held += next(blocks)
        head, _, held = held.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        assert first == mark
        fields = dict(line.decode().split(": ") for line in lines)
        size = int(fields["Content-Length"])
        while len(held) < size + 2:
            held += next(blocks)
        content, end, held = held[:size], held[size : size + 2], held[size + 2 :]
        assert end == b"\r\n"
        yield fields["Content-Type"], content


def decode(jpeg: bytes) -> np.ndarray:
    """A JPEG file as (H, W, 3) RGB."""
    return np.asarray(Image.open(io.BytesIO(jpeg), formats=["JPEG"]).convert("RGB"))


class NetworkCamera:
    """A network camera that speaks RTSP and sends one picture over RTP (RFC 2326 and 2435).

    It hangs up after `pictures` pictures, or accepts clients and stays silent. Pictures go through
    the connection (TCP), or beside it (UDP) if that is all it knows.
    """

    def __init__(
        self, bgr: np.ndarray, pictures: int, is_silent: bool = False, knows_tcp: bool = True
    ) -> None:
        self._bgr, self._pictures, self._is_silent = bgr, pictures, is_silent
        self._datagrams = None if knows_tcp else socket.socket(type=socket.SOCK_DGRAM)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtsp://user:hidden@127.0.0.1:{self._listener.getsockname()[1]}/1"
        self.visits = 0
        self._stop = Event()
        self._thread = Thread(target=self._serve)

    def __enter__(self) -> "NetworkCamera":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        if self._datagrams is not None:
            self._datagrams.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.visits += 1
                with connection, suppress(OSError):
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        with connection.makefile("rb") as lines:
            if self._is_silent:
                lines.read()
                return
            while method := lines.readline().split(b" ")[0]:
                fields = dict(
                    line.decode().strip().split(": ", 1) for line in iter(lines.readline, b"\r\n")
                )
                connection.sendall(self._answer(method, fields))
                if method == b"PLAY":
                    self._send_pictures(connection)
                    return

    def _answer(self, method: bytes, fields: dict[str, str]) -> bytes:
        head = f"CSeq: {fields['CSeq']}\r\nSession: 1\r\n"
        if method == b"SETUP" and self._datagrams is None:
            head += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        elif method == b"SETUP":
            _, found, ports = fields["Transport"].partition("client_port=")
            if not found:
                return f"RTSP/1.0 461 Unsupported transport\r\n{head}\r\n".encode()
            self._datagrams.connect(("127.0.0.1", int(ports.split("-")[0])))
            own = self._datagrams.getsockname()[1]
            head += (
                f"Transport: RTP/AVP;unicast;client_port={ports};server_port={own}-{own + 1}\r\n"
            )
        body = ""
        if method == b"DESCRIBE":
            body = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=1\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\n"
            head += "Content-Type: application/sdp\r\n"
        return f"RTSP/1.0 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    def _send_pictures(self, connection: socket.socket) -> None:
        packets = list(_cut_picture(self._bgr))
        for picture in range(self._pictures):
            for offset, (is_last, content) in enumerate(packets):
                kind = JPEG_PAYLOAD | (0x80 if is_last else 0)
                sequence = (picture * len(packets) + offset) & 0xFFFF
                rtp = struct.pack(">BBHII", 0x80, kind, sequence, picture * 9000, 1) + content
                if self._datagrams is None:
                    connection.sendall(struct.pack(">cBH", b"$", 0, len(rtp)) + rtp)
                else:
                    self._datagrams.send(rtp)
            if self._stop.wait(0.1):
                return


def _cut_picture(bgr: np.ndarray) -> Iterator[tuple[bool, bytes]]:
    """Yield one picture as payloads of RTP packets: whether it is the last, and its bytes."""
    stream = io.BytesIO()
    Image.fromarray(bgr[:, :, ::-1]).save(stream, "JPEG", quality=80, subsampling="4:2:0")
    data = stream.getvalue()
    tables = b"".join(_quantization_tables(data))
    start = data.index(b"\xff\xda")
    scan = data[start + 2 + struct.unpack_from(">H", data, start + 2)[0] : -2]
    sides = bytes((bgr.shape[1] // 8, bgr.shape[0] // 8))
    for offset in range(0, len(scan), PACKET_BYTES):
        head = struct.pack(">I", offset) + bytes((1, 255)) + sides
        if offset == 0:
            head += struct.pack(">BBH", 0, 0, len(tables)) + tables
        yield offset + PACKET_BYTES >= len(scan), head + scan[offset : offset + PACKET_BYTES]


def _quantization_tables(data: bytes) -> Iterator[bytes]:
    at = 2
    while data[at : at + 2] != b"\xff\xda":
        size = struct.unpack_from(">H", data, at + 2)[0]
        if data[at + 1] == 0xDB:
            segment = data[at + 4 : at + 2 + size]
            for table in range(0, len(segment), 65):
                yield segment[table + 1 : table + 65]
        at += 2 + size
