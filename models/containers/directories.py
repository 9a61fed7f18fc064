"""Tags of TIFF 6.0 and BigTIFF; EXIF is written in the same way. Nothing in them is trusted."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

ORIENTATION = 274
# Bytes and struct format of each type of a value; rational numbers are read as pairs.
TYPES = {
    1: (1, "B"), 2: (1, "s"), 3: (2, "H"), 4: (4, "I"), 5: (8, "II"), 6: (1, "b"), 7: (1, "s"),
    8: (2, "h"), 9: (4, "i"), 10: (8, "ii"), 11: (4, "f"), 12: (8, "d"), 13: (4, "I"),
    16: (8, "Q"), 17: (8, "q"), 18: (8, "Q"),
}  # fmt: skip
BYTE_TYPES = frozenset({1, 2, 6, 7})
# Tags in one directory, and values of one tag: a page of the largest size has fewer strips.
MOST_TAGS = 4096
MOST_VALUES = 200_000

Numbers = tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """Where the values of a tag are."""

    kind: int
    count: int
    at: int


@dataclass(frozen=True, slots=True)
class Directory:
    """The tags of one directory, and where the next one is; 0 for none."""

    data: bytes
    order: str
    tags: dict[int, Tag]
    following: int

    def numbers(self, tag: int) -> Numbers:
        """The numbers of a tag; empty if it is missing, damaged, or has too many."""
        found = self.tags.get(tag)
        if found is None or found.count > MOST_VALUES or found.kind not in TYPES:
            return ()
        size, code = TYPES[found.kind]
        raw = self.data[found.at : found.at + size * found.count]
        if code == "s":
            return tuple(raw)
        if len(raw) < size * found.count:
            return ()
        return struct.unpack(f"{self.order}{found.count * len(code)}{code[0]}", raw)

    def number(self, tag: int, default: int) -> int:
        """The first number of a tag."""
        return next((int(number) for number in self.numbers(tag)), default)

    def content(self, tag: int, most: int) -> bytes:
        """The bytes of a tag, which may end early."""
        found = self.tags.get(tag)
        if found is None or found.kind not in BYTE_TYPES or found.count > most:
            return b""
        return self.data[found.at : found.at + found.count]

    def text(self, tag: int) -> str:
        """A text of a tag, without what cannot be one."""
        raw = self.content(tag, 256).partition(b"\x00")[0]
        return raw.decode("ascii", "ignore").strip()


@dataclass(frozen=True, slots=True)
class Tags:
    """A TIFF structure: its byte order, and how wide its numbers are."""

    data: bytes
    order: str
    is_big: bool
    first: int

    def read(self, at: int) -> Directory | None:
        """The directory at an offset; None if there is none."""
        count_format, entry_size, inline = ("Q", 20, 8) if self.is_big else ("H", 12, 4)
        count = self._number(at, count_format)
        start = at + struct.calcsize("=" + count_format)
        if count is None or count > MOST_TAGS:
            return None
        tags: dict[int, Tag] = {}
        for entry in range(start, start + count * entry_size, entry_size):
            self._add(tags, entry, inline)
        following = self._number(start + count * entry_size, "Q" if self.is_big else "I")
        return Directory(self.data, self.order, tags, following or 0)

    def _add(self, tags: dict[int, Tag], entry: int, inline: int) -> None:
        tag, kind = self._number(entry, "H"), self._number(entry + 2, "H")
        wide = "Q" if self.is_big else "I"
        count = self._number(entry + 4, wide)
        field = entry + 4 + inline
        offset = self._number(field, wide)
        if tag is None or kind is None or count is None or offset is None or tag in tags:
            return
        size = TYPES.get(kind, (1, ""))[0] * count
        tags[tag] = Tag(kind, count, field if size <= inline else offset)

    def _number(self, at: int, code: str) -> int | None:
        try:
            (value,) = struct.unpack_from(self.order + code, self.data, at)
        except struct.error:
            return None
        return int(value)


def open_tags(data: bytes) -> Tags | None:
    """The structure of a TIFF or of EXIF; None if it is neither."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return None
    (version,) = struct.unpack_from(order + "H", data, 2)
    if version == 43 and len(data) >= 16:
        return Tags(data, order, True, struct.unpack_from(order + "Q", data, 8)[0])
    return Tags(data, order, False, struct.unpack_from(order + "I", data, 4)[0])


def walk(tags: Tags, most: int, follow: Callable[[Directory], Numbers]) -> list[Directory]:
    """The directories of a chain, and those that `follow` names, each once, `most` at the most."""
    waiting, seen, found = [tags.first], set[int](), list[Directory]()
    while waiting and len(found) < most:
        at = waiting.pop(0)
        if at in seen or at == 0:
            continue
        seen.add(at)
        directory = tags.read(at)
        if directory is not None:
            found.append(directory)
            waiting += [int(offset) for offset in follow(directory)[:most]]
            waiting.append(directory.following)
    return found
