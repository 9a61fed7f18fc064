"""The elements of a Matroska or WebM file (RFC 8794 and 9559), and its duration.

Browsers and streaming recorders write no duration. FFmpeg can seek in such a file all the same, but
OpenCV lets it only if there is one.
"""

import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import IO

from models.pictures.file_kinds import EBML

# As much of an element has its name and size, and the track and time of a block.
HEAD_BYTES = 24
SEGMENT, INFO, CLUSTER = 0x18538067, 0x1549A966, 0x1F43B675
TIMESTAMP, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK = 0xE7, 0xA3, 0xA0, 0xA1
DURATION = 0x4489
# Elements of an Info that no reader needs: void, the programs that made it, title, date, number.
SPARE = frozenset({0xEC, 0x4D80, 0x5741, 0x7BA9, 0x4461, 0x73A4})
DURATION_HEAD = b"\x44\x89\x88"
DURATION_BYTES = len(DURATION_HEAD) + 8
# Frames and sound of most of a day.
MOST_ELEMENTS = 5_000_000


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a file, from `offset` on. Its content begins at `start`; `size` is None if it
    states none; `content` is the beginning of its content."""

    name: int
    offset: int
    start: int
    size: int | None
    content: bytes

    @property
    def stop(self) -> int:
        """The end of its content, or its beginning if no size is stated."""
        return self.start + (self.size or 0)


def measure_element(head: bytes) -> tuple[int, int, int | None] | None:
    """The name of an element, the length of its head, and its size, None if it states none; None if
    it is not an element."""
    name_bytes = _count_bytes(head[0])
    size_bytes = _count_bytes(head[name_bytes]) if name_bytes < len(head) else 1
    if name_bytes > 4 or size_bytes > 8:
        return None
    start = name_bytes + size_bytes
    most = (1 << 7 * size_bytes) - 1
    size = int.from_bytes(head[name_bytes:start], "big") & most
    return int.from_bytes(head[:name_bytes], "big"), start, None if size == most else size


def _count_bytes(first: int) -> int:
    """The number of bytes of an EBML number: one more than the zero bits at its beginning."""
    return 9 - first.bit_length()


def write_duration(file: IO[bytes]) -> None:
    """Write the time of the last block as the duration of a Matroska file that states none.

    The file keeps its size. If it has no room, and for any other file, nothing is written.
    """
    file.seek(0)
    if file.read(len(EBML)) != EBML:
        return
    info: list[Element] = []
    cluster = last = 0
    for element in _walk(file, 0, None, frozenset({SEGMENT, CLUSTER, BLOCK_GROUP})):
        if element.name == INFO:
            info = list(_walk(file, element.start, element.stop, frozenset()))
            if any(inside.name == DURATION for inside in info):
                return
        elif element.name == TIMESTAMP:
            cluster = int.from_bytes(element.content, "big")
        elif element.name in (SIMPLE_BLOCK, BLOCK):
            last = max(last, cluster + _read_delay(element.content))
    _overwrite(file, info, last)


def _walk(
    file: IO[bytes], start: int, stop: int | None, entered: Collection[int]
) -> Iterator[Element]:
    """The elements of a part of a file; after one of the `entered` kinds, the elements in it."""
    offset = start
    for _ in range(MOST_ELEMENTS):
        if stop is not None and offset >= stop:
            return
        file.seek(offset)
        head = file.read(HEAD_BYTES)
        measures = measure_element(head) if head else None
        if measures is None:
            return
        name, head_bytes, size = measures
        yield Element(name, offset, offset + head_bytes, size, head[head_bytes:][:size])
        if name in entered:
            offset += head_bytes
        elif size is None:
            return
        else:
            offset += head_bytes + size


def _read_delay(block: bytes) -> int:
    """The time of a block relative to its cluster; it may be negative."""
    start = _count_bytes(block[0]) if block else 0
    return int.from_bytes(block[start : start + 2], "big", signed=True)


def _overwrite(file: IO[bytes], info: Sequence[Element], duration: int) -> None:
    """Write the duration over a run of elements that can be spared."""
    for can_be_spared, run in groupby(info, key=lambda element: element.name in SPARE):
        elements = list(run)
        room = sum(element.stop - element.offset for element in elements)
        if can_be_spared and (room == DURATION_BYTES or room >= DURATION_BYTES + 2):
            file.seek(elements[0].offset)
            file.write(DURATION_HEAD + struct.pack(">d", duration) + _void(room - DURATION_BYTES))
            return


def _void(length: int) -> bytes:
    """A Void element of `length` bytes, which cannot be 1."""
    if length == 0:
        return b""
    size_bytes = 1 if length < 128 else 8
    content = length - 1 - size_bytes
    marker = 1 << 7 * size_bytes
    return b"\xec" + (marker | content).to_bytes(size_bytes, "big") + bytes(content)
