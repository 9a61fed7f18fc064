"""Calls about pictures and videos: one analyzed at once, and those of items."""

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from facetally.answers.faces import Analysis
from facetally.answers.packs import Pack
from facetally.connection import Connection

ANY_PICTURE = {"Content-Type": "application/octet-stream"}


class PictureCalls:
    """Analyzes one picture, and fetches pictures and videos of items."""

    _connection: Connection

    def analyze(
        self,
        picture: bytes | str | PathLike[str],
        *,
        pack: str | None = None,
        detection: str | None = None,
    ) -> Analysis:
        """The faces of one picture, at once, by the models of a pack; nothing is stored. With the
        detection `crowd`, small faces are searched for, too."""
        content = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
        given = (("pack", pack), ("detection", detection))
        query = [(name, value) for name, value in given if value]
        data = self._connection.send("/v1/analyze", content, ANY_PICTURE, query)
        return self._connection.parse(Analysis, data)

    def thumbnail(self, item_id: int) -> bytes:
        """The thumbnail of an item, a JPEG."""
        return self._connection.read_bytes(f"/v1/items/{item_id}/thumbnail")

    def annotated_video(self, item_id: int) -> Iterator[bytes]:
        """The annotated video of an item in blocks, an MP4."""
        return self._connection.stream_bytes(f"/v1/items/{item_id}/video")

    def subtitles(self, item_id: int) -> str:
        """The people of a video as WebVTT, which players show as subtitles."""
        return self._connection.read_bytes(f"/v1/items/{item_id}/people.vtt").decode()

    def packs(self) -> tuple[Pack, ...]:
        """The models that jobs may ask for, the default first."""
        return self._connection.parse(_PackList, self._connection.get("/v1/packs")).packs


@dataclass(frozen=True, slots=True)
class _PackList:
    packs: tuple[Pack, ...]
