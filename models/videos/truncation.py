"""Whether a video file breaks off: a part of it should end where no bytes are any more."""

from collections.abc import Callable
from io import SEEK_END, BufferedIOBase

from models.pictures.file_kinds import EBML
from models.videos.matroska import CLUSTER, SEGMENT, measure_element

HEAD_BYTES = 16
# As many parts are looked at: a fragment a second, of two parts, for a day.
MOST_PARTS = 172_800

Measure = Callable[[bytes], int | None]


def breaks_off(file: BufferedIOBase) -> bool:
    """False where all is there, or where the format does not tell; leaves the file where it was.

    MP4 and MOV (ISO/IEC 14496-12), Matroska and WebM (RFC 8794 and 9559), AVI (its RIFF header).
    """
    before, size = file.tell(), file.seek(0, SEEK_END)
    try:
        return _find_end(file) > size
    finally:
        file.seek(before)


def _find_end(file: BufferedIOBase) -> int:
    head = _read_head(file, 0)
    if head.startswith(b"RIFF"):
        return 8 + int.from_bytes(head[4:8], "little")
    return _walk(file, _measure_element if head.startswith(EBML) else _measure_box)


def _read_head(file: BufferedIOBase, offset: int) -> bytes:
    file.seek(offset)
    return file.read(HEAD_BYTES)


def _walk(file: BufferedIOBase, measure: Measure) -> int:
    """Where the last part ends that says how long it is."""
    offset = 0
    for _ in range(MOST_PARTS):
        head = _read_head(file, offset)
        length = measure(head) if head else None
        if length is None:
            break
        offset += length
    return offset


def _measure_box(head: bytes) -> int | None:
    """How long a box of an MP4 file is; None where it goes to the end, or is none."""
    if len(head) < 8:
        return 8
    short = int.from_bytes(head[:4], "big")
    length = int.from_bytes(head[8:], "big") if short == 1 else short
    return length if length >= 8 and head[4:8].isalnum() else None


def _measure_element(head: bytes) -> int | None:
    """How long an element of EBML is, or what comes before its content where that has no size."""
    measures = measure_element(head)
    if measures is None:
        return None
    name, start, size = measures
    if size is not None:
        return start + size
    # Live recorders give these no size: what is inside them is looked at next.
    return start if name in (SEGMENT, CLUSTER) else None
