"""Calls about headcounts: the people of live sources, counted into a job a day."""

import json
from collections.abc import Mapping, Sequence

from facetally.answers.headcounts import Headcount, Headcounts
from facetally.connection import Connection

JSON = {"Content-Type": "application/json"}


class HeadcountCalls:
    """Starts, lists and stops headcounts; these calls need a key with the scope live."""

    _connection: Connection

    def headcounts(self) -> Headcounts:
        """The live sources, and those whose people are counted."""
        return self._connection.parse(Headcounts, self._connection.get("/v1/headcounts"))

    def start_headcount(
        self,
        source: str,
        *,
        tags: Sequence[str] = (),
        dimensions: Mapping[str, str] | None = None,
        detection: str = "normal",
        keeps_times: bool = False,
    ) -> Headcount:
        """Count the people of a live source from now on, into one job a day; with `keeps_times`,
        keep when each was seen, which playlists need."""
        body = {"source": source, "tags": list(tags), "dimensions": dict(dimensions or {})}
        options = {"detection": detection, "keeps_times": keeps_times}
        content = json.dumps({**body, **options}).encode()
        started = self._connection.send("/v1/headcounts", content, JSON)
        return self._connection.parse(Headcount, started)

    def stop_headcount(self, source: str) -> Headcount:
        """Stop counting the people of a live source; who is there now is counted still."""
        stopped = self._connection.call("DELETE", f"/v1/headcounts/{source}")
        return self._connection.parse(Headcount, stopped)
