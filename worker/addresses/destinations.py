"""Where results may be written: folders and parts of buckets that the operator allows."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from models.errors import FacetallyError, ForbiddenItem, UnsupportedItem
from worker.addresses.address import BUCKET_SCHEMES, Address

FORMS = "file:///data/results/, s3://bucket/results/, gs://bucket/results/ or az://container/x/"


class DestinationRefused(FacetallyError):
    """Results may not be written there: choose a destination that the operator allows."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A folder of this host by its path, or a part of a bucket."""

    folder: Path | None
    bucket: Address | None

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Raises DestinationRefused."""
        scheme = uri.partition("://")[0].lower()
        if scheme == "file":
            return cls(_parse_folder(uri), None)
        if scheme not in BUCKET_SCHEMES:
            raise DestinationRefused(f"{uri!r} is no place for results: write {FORMS}.")
        try:
            return cls(None, Address.parse(uri.rstrip("/")))
        except (UnsupportedItem, ForbiddenItem) as error:
            raise DestinationRefused(f"{uri!r} is no place for results. {error}") from error

    def covers(self, other: "Destination") -> bool:
        """Whether another one is this one, or a folder in it."""
        if self.folder is not None and other.folder is not None:
            # Links may lead out of a folder.
            return other.folder.resolve().is_relative_to(self.folder.resolve())
        mine, theirs = self.bucket, other.bucket
        if mine is None or theirs is None:
            return False
        inside = theirs.path == mine.path or theirs.path.startswith(mine.path + "/")
        return (mine.scheme, mine.host) == (theirs.scheme, theirs.host) and inside


class Destinations:
    """Those that the operator allows, and what is in them."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = tuple(map(Destination.parse, allowed))

    def permit(self, uri: str) -> Destination:
        """Raises DestinationRefused where no entry of the list covers it."""
        destination = Destination.parse(uri)
        if not any(allowed.covers(destination) for allowed in self._allowed):
            raise DestinationRefused(
                f"Results may not be written to {uri}. Download them, or ask the operator to add "
                "the address to FACETALLY_DESTINATIONS."
            )
        return destination


def _parse_folder(uri: str) -> Path:
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise DestinationRefused(f"{uri!r} is not an address.") from error
    path = Path(unquote(parts.path))
    if parts.netloc or parts.query or parts.fragment or "\0" in str(path) or ".." in path.parts:
        raise DestinationRefused(
            f"{uri!r} is no place for results: write an absolute path, file:///data/results/."
        )
    return path
