"""Raw frames with their times as a Matroska stream (RFC 9559), which FFmpeg reads from a pipe."""

import cv2
import numpy as np
from numpy.typing import NDArray

UNKNOWN_SIZE = b"\x01" + b"\xff" * 7
NANOSECONDS_PER_TICK = 1000
TICKS_PER_SECOND = 1_000_000
EBML, SEGMENT, CLUSTER = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"


def write_start(width: int, height: int) -> bytes:
    """What comes before the first frame; both sides are even."""
    picture = (
        _element(b"\xb0", _number(width))
        + _element(b"\xba", _number(height))
        + _element(b"\x2e\xb5\x24", b"I420")
    )
    track = (
        _element(b"\xd7", b"\x01")
        + _element(b"\x73\xc5", b"\x01")
        + _element(b"\x83", b"\x01")
        + _element(b"\x86", b"V_UNCOMPRESSED")
        + _element(b"\xe0", picture)
    )
    return (
        _element(EBML, _element(b"\x42\x82", b"matroska"))
        + SEGMENT
        + UNKNOWN_SIZE
        + _element(b"\x15\x49\xa9\x66", _element(b"\x2a\xd7\xb1", _number(NANOSECONDS_PER_TICK)))
        + _element(b"\x16\x54\xae\x6b", _element(b"\xae", track))
    )


def write_frame(seconds: float, bgr: NDArray[np.uint8]) -> bytes:
    """A frame (H, W, 3) BGR, shown at a time that is not negative."""
    planes = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420).tobytes()
    time = _element(b"\xe7", _number(round(seconds * TICKS_PER_SECOND)))
    # Track 1, no time after that of the cluster, a key frame.
    return _element(CLUSTER, time + _element(b"\xa3", b"\x81\x00\x00\x80" + planes))


def _element(name: bytes, content: bytes) -> bytes:
    return name + (1 << 56 | len(content)).to_bytes(8, "big") + content


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big")
