"""Calls about playlists: what ran when, and who saw it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Unpack

from facetally.answers.playlists import NewPlaylist, Playlist, PlaylistAudience, Spot
from facetally.answers.presence import PresenceQuery
from facetally.connection import Connection

CSV = {"Content-Type": "text/csv"}


class PlaylistCalls:
    """Keeps, lists and removes playlists, and asks who saw them."""

    _connection: Connection

    def playlists(self) -> tuple[Playlist, ...]:
        """The playlists, the newest first."""
        found = self._connection.get("/v1/playlists")
        return self._connection.parse(_PlaylistList, found).playlists

    def add_playlist(
        self, name: str, spots: Sequence[Spot], **asked: Unpack[NewPlaylist]
    ) -> Playlist:
        """Keep a playlist: each spot has a start, an end and a content, as texts; and where spots
        ran on some screens only, one dimension more, such as store."""
        given = {key: value for key, value in asked.items() if value is not None}
        body = {"name": name, "spots": [dict(spot) for spot in spots], **given}
        return self._connection.parse(
            Playlist, self._connection.call("POST", "/v1/playlists", body)
        )

    def upload_playlist(
        self, name: str, csv: bytes | Iterable[bytes], **asked: Unpack[NewPlaylist]
    ) -> Playlist:
        """The same of a CSV file: start, end, content, and a column for the dimension if there is
        one; up to a million rows."""
        given = {
            "jobs": ",".join(map(str, asked.get("jobs", ()))) or None,
            "tag": asked.get("tag"),
            "source": asked.get("source"),
            "time_zone": asked.get("time_zone"),
            "replace": "true" if asked.get("replace") else None,
        }
        parameters = [("name", name), *((key, text) for key, text in given.items() if text)]
        kept = self._connection.send("/v1/playlists", csv, CSV, parameters)
        return self._connection.parse(Playlist, kept)

    def playlist(self, playlist_id: int) -> Playlist:
        return self._connection.parse(
            Playlist, self._connection.get(f"/v1/playlists/{playlist_id}")
        )

    def remove_playlist(self, playlist_id: int) -> Playlist:
        """Remove a playlist; the jobs that saw it stay as they are."""
        removed = self._connection.call("DELETE", f"/v1/playlists/{playlist_id}")
        return self._connection.parse(Playlist, removed)

    def playlist_audience(
        self, playlist_id: int, **query: Unpack[PresenceQuery]
    ) -> PlaylistAudience:
        """Who saw each content, by gender and age band or by what `by` says."""
        data = self._connection.get(f"/v1/playlists/{playlist_id}/audience", {**query})  # type: ignore[dict-item]
        return self._connection.parse(PlaylistAudience, data, raw=data)

    def export_playlist_audience(
        self, playlist_id: int, **query: Unpack[PresenceQuery]
    ) -> Iterator[bytes]:
        """The same as CSV in blocks."""
        parameters = {**query, "format": "csv"}
        return self._connection.stream_bytes(f"/v1/playlists/{playlist_id}/audience", parameters)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _PlaylistList:
    playlists: tuple[Playlist, ...]
