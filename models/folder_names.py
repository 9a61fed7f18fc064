"""Dimensions out of the folders that a file is in: Berlin/cam2/a.jpg as store=Berlin, camera=cam2.

Written as `store,camera`, a name for each folder from the top, or as a pattern of folders, such as
`{store}/*/cam{camera}`. In both, `*` is what no dimension is made of.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

LONGEST_VALUE = 200
LONGEST_DIMENSION = 64
MOST_DIMENSIONS = 20
ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://[^/]*/*")
# The schemes whose paths are escaped; in the others, an object's key is written as it is.
ESCAPED = ("file", "http", "https")
MARK = re.compile(r"\{([^{}]*)\}|\*")


@dataclass(frozen=True, slots=True)
class FolderPart:
    """A folder's pattern: texts, and between two of them a mark: the name of a dimension, or None
    for what is passed over."""

    texts: tuple[str, ...]
    names: tuple[str | None, ...]

    @classmethod
    def parse(cls, written: str) -> Self:
        """Raises ValueError."""
        texts, names, end = [], [], 0
        for mark in MARK.finditer(written):
            texts.append(written[end : mark.start()])
            names.append(None if mark[1] is None else check_name(mark[1]))
            end = mark.end()
        texts.append(written[end:])
        if any("{" in text or "}" in text for text in texts):
            raise ValueError(f"{written!r} has a brace without its other one")
        if not all(texts[1:-1]):
            raise ValueError(
                f"{written!r} has two names next to each other: no text says where one ends"
            )
        return cls(tuple(texts), tuple(names))

    def read(self, folder: str) -> list[tuple[str, str]] | None:
        """The dimensions of a folder; None if it is not like this. A text counts where it comes
        first, so that the time it takes is bounded."""
        first, *inner, last = self.texts if self.names else (*self.texts, "")
        if not self.names:
            return [] if folder == first else None
        if not (folder.startswith(first) and folder.removeprefix(first).endswith(last)):
            return None
        rest, values = folder[len(first) : len(folder) - len(last)], []
        for text in inner:
            value, found, rest = rest.partition(text)
            if not found:
                return None
            values.append(value)
        values.append(rest)
        pairs = zip(self.names, values, strict=True)
        read = [(name, value) for name, value in pairs if name is not None]
        return read if all(value for _, value in read) else None


@dataclass(frozen=True, slots=True)
class FolderNames:
    """What the folders of a file say; `written` is how a person wrote it."""

    written: str
    parts: tuple[FolderPart, ...]

    @classmethod
    def parse(cls, written: str) -> Self:
        """Raises ValueError for what is neither names nor a pattern."""
        if "{" in written:
            texts = written.strip().strip("/").split("/")
        else:
            given = [name.strip() for name in written.split(",")]
            texts = [name if name == "*" else f"{{{check_name(name)}}}" for name in given]
        if "" in texts or ".." in texts:
            raise ValueError(f"{written!r} has a folder without a name")
        names = cls(written, tuple(map(FolderPart.parse, texts)))
        _check_names(written, names.dimensions)
        return names

    @property
    def dimensions(self) -> Sequence[str]:
        return [name for part in self.parts for name in part.names if name is not None]

    def add_to(self, dimensions: Mapping[str, str], name: str) -> dict[str, str]:
        """The dimensions of an item with those of its folders; raises ValueError for one that
        cannot have them."""
        self.check_clash(dimensions)
        return {**dimensions, **self.read(name)}

    def read(self, name: str) -> dict[str, str]:
        """The dimensions of a file by its path or address; raises ValueError if its folders are too
        few, or not like the pattern."""
        folders = split_folders(name)
        if len(folders) < len(self.parts):
            raise ValueError(
                f"{name!r} is in {_count(len(folders))}, and folders_as={self.written} takes "
                f"{_count(len(self.parts))}. Name fewer, or leave the file out"
            )
        return dict(self._match(name, folders))

    def _match(self, name: str, folders: Sequence[str]) -> Iterator[tuple[str, str]]:
        for part, folder in zip(self.parts, folders, strict=False):
            read = part.read(folder)
            if read is None:
                raise ValueError(
                    f"The folder {folder!r} of {name!r} is not like folders_as={self.written}"
                )
            if any(len(value) > LONGEST_VALUE for _, value in read):
                raise ValueError(
                    f"A folder of {name[:LONGEST_VALUE]!r} has more than {LONGEST_VALUE} "
                    "characters, the limit of a dimension"
                )
            yield from read

    def check_clash(self, dimensions: Mapping[str, str]) -> None:
        """Raises ValueError for a dimension that is given twice, and for too many."""
        for name in self.dimensions:
            if name in dimensions:
                raise ValueError(
                    f"The dimension {name!r} is given, and is a folder in "
                    f"folders_as={self.written}, too. Call one of them something else"
                )
        if len(dimensions) + len(self.dimensions) > MOST_DIMENSIONS:
            raise ValueError(f"An item has at most {MOST_DIMENSIONS} dimensions")


def check_name(name: str) -> str:
    """A dimension's name; raises ValueError."""
    if not 0 < len(name) <= LONGEST_DIMENSION or re.search(r'["\\/*{}\x00-\x1f]', name):
        raise ValueError(
            f"{name!r} is not the name of a dimension. Write names like store,camera, or a pattern "
            "like {store}/cam{camera}"
        )
    return name


def split_folders(name: str) -> list[str]:
    """The folders of a path or of an address, from the top."""
    if address := ADDRESS.match(name):
        name = name[address.end() :].partition("?")[0]
        if address[1].lower() in ESCAPED:
            name = unquote(name)
    *folders, _ = name.replace("\\", "/").split("/")
    return [folder for folder in folders if folder not in ("", ".")]


def _check_names(written: str, names: Sequence[str]) -> None:
    if not names:
        raise ValueError(f"{written!r} names no dimension")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{written!r} names {twice!r} twice")
    if len(names) > MOST_DIMENSIONS:
        raise ValueError(f"An item has at most {MOST_DIMENSIONS} dimensions")


def _count(folders: int) -> str:
    return "1 folder" if folders == 1 else f"{folders} folders"
