"""Addresses of many files: a folder, or a pattern such as s3://photos/2026/**/*.jpg."""

import re
from dataclasses import dataclass
from fnmatch import translate
from typing import Self

from models.errors import UnsupportedItem

WILDCARD = re.compile(r"[*?]")
# Patterns match in steps of folders, so that their time is bounded by the two lengths.
ANY_FOLDERS = "**"
MOST_PARTS = 30


@dataclass(frozen=True, slots=True)
class FolderAddress:
    """`folder` is the part without wildcards, which ends with a slash; `pattern` are the parts of
    the rest, none for all files."""

    folder: str
    pattern: tuple[str, ...]

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Raises UnsupportedItem."""
        scheme, separator, rest = uri.partition("://")
        if not separator:
            raise UnsupportedItem("The address of a folder begins with file:/// or s3://.")
        if re.search(r"[^/]\*\*|\*\*[^/]", rest):
            raise UnsupportedItem("** stands for any folders, and is a folder by itself: /**/.")
        wild = WILDCARD.search(rest)
        if wild is None:
            return cls(f"{scheme}://{rest.rstrip('/')}/", ())
        folder, slash, _ = rest[: wild.start()].rpartition("/")
        if not slash:
            raise UnsupportedItem("The bucket or host of a pattern must be named in full.")
        pattern = tuple(rest[len(folder) + 1 :].split("/"))
        if len(pattern) > MOST_PARTS or "" in pattern:
            raise UnsupportedItem("The pattern has an empty folder, or too many of them.")
        return cls(f"{scheme}://{folder}/", pattern)

    @property
    def scheme(self) -> str:
        return self.folder.partition("://")[0].lower()

    @property
    def start(self) -> str:
        """What all files that match begin with, after the folder."""
        first = self.pattern[0] if self.pattern else ""
        wild = WILDCARD.search(first)
        return first if wild is None else first[: wild.start()]

    @property
    def names_ending(self) -> bool:
        """Whether the pattern says how its files end."""
        return bool(self.pattern) and "." in self.pattern[-1]

    def matches(self, name: str) -> bool:
        """Whether a file in the folder, by its path there, is one of these."""
        return not self.pattern or _match(tuple(name.split("/")), self.pattern)


def _match(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Part by part; `reached` are the places of the pattern that the parts so far lead to."""
    reached = _pass_over({0}, pattern)
    for part in parts:
        following = set()
        for place in reached:
            if place == len(pattern):
                continue
            if pattern[place] == ANY_FOLDERS:
                following.add(place)
            elif re.fullmatch(translate(pattern[place].replace("[", "[[]")), part):
                following.add(place + 1)
        reached = _pass_over(following, pattern)
    return len(pattern) in reached


def _pass_over(places: set[int], pattern: tuple[str, ...]) -> set[int]:
    """With the places after any-folders, which may stand for none."""
    reached = set(places)
    for place in sorted(places):
        while place < len(pattern) and pattern[place] == ANY_FOLDERS:
            place += 1
            reached.add(place)
    return reached
