"""Step 1 for videos: the parts of a Matroska or WebM file (RFC 8794 and 9559), and when it ends.

A browser's recorder, and whatever streams, names no duration. FFmpeg can go to any time in such a
file all the same, but OpenCV has it do so only where there is one.
"""

import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import IO

from models.pictures.file_kinds import EBML

# Of an element: its name, its size, and of a block its track and time.
HEAD_BYTES = 24
SEGMENT, INFO, CLUSTER = 0x18538067, 0x1549A966, 0x1F43B675
TIMESTAMP, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK = 0xE7, 0xA3, 0xA0, 0xA1
DURATION = 0x4489
# What no reader needs of an Info: what is void, which programs made it, its title, date, number.
SPARE = frozenset({0xEC, 0x4D80, 0x5741, 0x7BA9, 0x4461, 0x73A4})
DURATION_HEAD = b"\x44\x89\x88"
DURATION_BYTES = len(DURATION_HEAD) + 8
# Pictures and sound of most of a day.
MOST_ELEMENTS = 5_000_000


@dataclass(frozen=True, slots=True)
class Element:
    """A part of a file from `offset` on: what is in it begins at `start`, and `size` is None where
    it names none; `content` is the beginning of that."""

    name: int
    offset: int
    start: int
    size: int | None
    content: bytes

    @property
    def stop(self) -> int:
        """Where what is in it ends; of one without a size, where that begins."""
        return self.start + (self.size or 0)


def measure_element(head: bytes) -> tuple[int, int, int | None] | None:
    """The name of an element, how long its head is, and its size, None where it has none; None for
    what is no element."""
    name_bytes = _count_bytes(head[0])
    size_bytes = _count_bytes(head[name_bytes]) if name_bytes < len(head) else 1
    if name_bytes > 4 or size_bytes > 8:
        return None
    start = name_bytes + size_bytes
    most = (1 << 7 * size_bytes) - 1
    size = int.from_bytes(head[name_bytes:start], "big") & most
    return int.from_bytes(head[:name_bytes], "big"), start, None if size == most else size


def _count_bytes(first: int) -> int:
    """How many bytes a number of EBML has: one more than there are zeros at its beginning."""
    return 9 - first.bit_length()


def name_duration(file: IO[bytes]) -> None:
    """Write into a Matroska file that names no duration when its last block is; it keeps its size.

    One that has no room for that, and any other file, stays as it is.
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
    _write_duration(file, info, last)


def _walk(
    file: IO[bytes], start: int, stop: int | None, entered: Collection[int]
) -> Iterator[Element]:
    """The elements of a part of a file, and behind those of the `entered` kinds what is in them."""
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
    """How long after its cluster a block is, which may be before it."""
    at = _count_bytes(block[0]) if block else 0
    return int.from_bytes(block[at : at + 2], "big", signed=True)


def _write_duration(file: IO[bytes], info: Sequence[Element], duration: int) -> None:
    """Over a run of elements that can be spared."""
    for can_be_spared, run in groupby(info, key=lambda element: element.name in SPARE):
        elements = list(run)
        room = sum(element.stop - element.offset for element in elements)
        if can_be_spared and (room == DURATION_BYTES or room >= DURATION_BYTES + 2):
            file.seek(elements[0].offset)
            file.write(DURATION_HEAD + struct.pack(">d", duration) + _void(room - DURATION_BYTES))
            return


def _void(length: int) -> bytes:
    """Nothing, of that length: not one byte, which has no such element."""
    if length == 0:
        return b""
    size_bytes = 1 if length < 128 else 8
    content = length - 1 - size_bytes
    marker = 1 << 7 * size_bytes
    return b"\xec" + (marker | content).to_bytes(size_bytes, "big") + bytes(content)
