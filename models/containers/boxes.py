"""Boxes of ISO/IEC 14496-12, the base of MP4, HEIC, AVIF and JPEG XL."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from models.containers.parts import PartCounter


@dataclass(frozen=True, slots=True)
class Box:
    """Its content is from `start` up to `stop`, which may lie beyond the end of the file."""

    kind: bytes
    kind_at: int
    start: int
    stop: int


def walk_boxes(data: bytes, start: int, stop: int, counter: PartCounter) -> Iterator[Box]:
    """The boxes between two positions; ends at one that is not sound."""
    at, stop = start, min(stop, len(data))
    while at + 8 <= stop:
        counter.count()
        size, content = int.from_bytes(data[at : at + 4], "big"), at + 8
        if size == 1:
            size, content = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        elif size == 0:
            size = stop - at
        if size < content - at:
            return
        yield Box(data[at + 4 : at + 8], at + 4, content, at + size)
        at += size


class Fields:
    """Reads the fields of a box one after the other; those beyond the file are 0."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def take(self, size_bytes: int) -> int:
        value = int.from_bytes(self._data[self.at : self.at + size_bytes], "big")
        self.at += size_bytes
        return value

    def take_version(self) -> int:
        """The version of a full box; its flags are left out."""
        return self.take(4) >> 24

    def take_kind(self) -> bytes:
        self.at += 4
        return self._data[self.at - 4 : self.at]


def read_pair(data: bytes, at: int) -> tuple[int, int]:
    """Two numbers of four bytes; 0 where the file has ended."""
    try:
        first, second = struct.unpack_from(">II", data, at)
    except struct.error:
        return 0, 0
    return first, second
