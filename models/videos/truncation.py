"""Whether a video file is truncated: one of its parts should end after the end of the file."""

from collections.abc import Callable
from io import SEEK_END
from typing import IO

from models.file_kinds.kinds import EBML, MP4, QUICKTIME
from models.file_kinds.recognition import find_video_kind
from models.videos.matroska import CLUSTER, SEGMENT, measure_element

HEAD_BYTES = 16
# The number of parts read: a fragment a second, of two parts each, for a day.
MOST_PARTS = 172_800

Measure = Callable[[bytes], int | None]


def breaks_off(file: IO[bytes]) -> bool:
    """False if the file is complete or its format does not say; keeps the file's position.

    MP4 and MOV (ISO/IEC 14496-12), Matroska and WebM (RFC 8794 and 9559), AVI (its RIFF header).
    """
    before, size = file.tell(), file.seek(0, SEEK_END)
    try:
        return _find_end(file, size) > size
    finally:
        file.seek(before)


def _find_end(file: IO[bytes], size: int) -> int:
    head = _read_head(file, 0)
    if head.startswith(b"RIFF"):
        return 8 + int.from_bytes(head[4:8], "little")
    if head.startswith(EBML):
        return _walk(file, size, _measure_element)
    return _walk(file, size, _measure_box) if find_video_kind(head) in (MP4, QUICKTIME) else 0


def _read_head(file: IO[bytes], offset: int) -> bytes:
    file.seek(offset)
    return file.read(HEAD_BYTES)


def _walk(file: IO[bytes], size: int, measure: Measure) -> int:
    """Where the last part ends that states its length."""
    offset = 0
    for _ in range(MOST_PARTS):
        # A part may state any length: a file cannot be sought so far.
        head = _read_head(file, offset) if offset < size else b""
        length = measure(head) if head else None
        if length is None:
            break
        offset += length
    return offset


def _measure_box(head: bytes) -> int | None:
    """The length of a box of an MP4 file; None if it extends to the end, or is not a box."""
    if len(head) < 8:
        return 8
    short = int.from_bytes(head[:4], "big")
    length = int.from_bytes(head[8:], "big") if short == 1 else short
    return length if length >= 8 and head[4:8].isalnum() else None


def _measure_element(head: bytes) -> int | None:
    """The length of an EBML element, or of its head if it states no size."""
    measures = measure_element(head)
    if measures is None:
        return None
    name, start, size = measures
    if size is not None:
        return start + size
    # Live recorders state no size for these: the elements in them are read next.
    return start if name in (SEGMENT, CLUSTER) else None
