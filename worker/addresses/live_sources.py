"""The sources of live pictures: those that the operator names, and no others."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Self
from urllib.parse import urlsplit

from db.reach import DEFAULT_TENANT, TENANT_PATTERN

# With the tenant that it belongs to: acme/entrance.
NAME = re.compile(rf"(?:{TENANT_PATTERN}/)?[A-Za-z0-9][A-Za-z0-9_.-]{{0,63}}")
LONGEST_NAME = 128
STREAM_SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})


class LiveKind(StrEnum):
    """How a source is opened."""

    DEVICE = "device"  # a camera of this machine, by its number
    STREAM = "stream"  # a camera on the network
    FILE = "file"  # a video of this machine, played once at its own speed


@dataclass(frozen=True, slots=True)
class LiveSource:
    """One entry of FACETALLY_LIVE_SOURCES. Its address may hold a password: it is never shown."""

    name: str
    kind: LiveKind
    address: str

    @property
    def tenant(self) -> str:
        """Who may watch it, besides operators."""
        tenant, slash, _ = self.name.partition("/")
        return tenant if slash else DEFAULT_TENANT

    @classmethod
    def parse(cls, entry: str) -> Self:
        """`entrance=rtsp://…`, `stage=/videos/stage.mp4` or `desk=0`; raises ValueError."""
        name, _, address = (part.strip() for part in entry.partition("="))
        if not NAME.fullmatch(name):
            # The entry is left out of the message: it may be an address with a password.
            raise ValueError("an entry starts with a name: write entrance=rtsp://camera.example/1.")
        return cls(name, _recognize(name, address), address)


def find_source(entries: tuple[str, ...], name: str) -> LiveSource | None:
    """The entry of that name; None if the operator lists none."""
    return next((found for found in map(LiveSource.parse, entries) if found.name == name), None)


def check_sources(entries: tuple[str, ...]) -> tuple[str, ...]:
    """The same entries; raises ValueError if one is wrong or a name is used twice."""
    names = [LiveSource.parse(entry).name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the name {name!r} is used twice.")
    return entries


def _recognize(name: str, address: str) -> LiveKind:
    if address.isascii() and address.isdigit():
        return LiveKind.DEVICE
    if PurePosixPath(address).is_absolute():
        return LiveKind.FILE
    try:
        parts = urlsplit(address)
        if address.isprintable() and parts.scheme in STREAM_SCHEMES and parts.hostname:
            return LiveKind.STREAM
    except ValueError:
        pass
    # The address is left out of the message: it may hold a password.
    raise ValueError(
        f"{name!r} must be a camera's number, rtsp://…, rtsps://…, http://…, https://… or the "
        "absolute path of a file."
    )
