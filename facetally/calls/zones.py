"""Calls about zones: kept for live sources and jobs, and who was in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

from facetally.answers.presence import PresenceQuery
from facetally.answers.zones import KeptZone, Zone, ZoneAudience, ZoneNames
from facetally.connection import Connection


class ZoneCalls:
    """Keeps zones, and asks who was in them."""

    _connection: Connection

    def zone_names(self) -> ZoneNames:
        """The zones that audiences can be grouped and filtered by, and those of live sources."""
        return self._connection.parse(ZoneNames, self._connection.get("/v1/zones"))

    def source_zones(self, source: str) -> tuple[KeptZone, ...]:
        """The zones of a live source; needs a key with the scope live."""
        found = self._connection.get(f"/v1/zones/{source}")
        return self._connection.parse(_Kept, found).zones

    def keep_source_zones(self, source: str, zones: Sequence[Zone]) -> tuple[KeptZone, ...]:
        """Give a live source these zones in place of those that it has: its headcount counts in
        them from now on. Needs a key with the scope live."""
        kept = self._connection.call("PUT", f"/v1/zones/{source}", {"zones": list(zones)})
        return self._connection.parse(_Kept, kept).zones

    def keep_job_zones(self, job: int, zones: Sequence[Zone]) -> tuple[KeptZone, ...]:
        """Give the pictures and videos of a job these zones in place of those that they have."""
        kept = self._connection.call("PUT", f"/v1/jobs/{job}/zones", {"zones": list(zones)})
        return self._connection.parse(_Kept, kept).zones

    def job_zones(self, job: int, **query: Unpack[PresenceQuery]) -> ZoneAudience:
        """Who was in the zones that are kept for a job, or that its headcount counted in."""
        data = self._connection.get(f"/v1/jobs/{job}/zones", {**query})  # type: ignore[dict-item]
        return self._connection.parse(ZoneAudience, data, raw=data)

    def count_zones(
        self, job: int, zones: Sequence[Zone], **query: Unpack[PresenceQuery]
    ) -> ZoneAudience:
        """Who was in these parts of the pictures and videos of a job; the zones are not kept."""
        body = {"zones": list(zones), **query}
        data = self._connection.call("POST", f"/v1/jobs/{job}/zones", body)
        return self._connection.parse(ZoneAudience, data, raw=data)


@dataclass(frozen=True, slots=True)
class _Kept:
    zones: tuple[KeptZone, ...]
