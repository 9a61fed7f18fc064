"""Calls about zones: who was in which part of a picture."""

from collections.abc import Sequence
from typing import Unpack

from facetally.answers.presence import PresenceQuery
from facetally.answers.zones import Zone, ZoneAudience
from facetally.connection import Connection


class ZoneCalls:
    """Asks who was in which zone."""

    _connection: Connection

    def zones(
        self, job: int, zones: Sequence[Zone], **query: Unpack[PresenceQuery]
    ) -> ZoneAudience:
        """Who was in which part of the pictures and videos of a job, and who came in and left."""
        body = {"zones": list(zones), **query}
        data = self._connection.call("POST", f"/v1/jobs/{job}/zones", body)
        return self._connection.parse(ZoneAudience, data, raw=data)
