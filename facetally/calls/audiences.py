"""Calls about audiences: counted, compared, exported, and the words to ask with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Unpack

from facetally.answers.audience import Audience, AudienceQuery
from facetally.answers.compared_audiences import ComparedAudiences, GroupDifference
from facetally.answers.comparison import Comparison
from facetally.answers.vocabulary import Dimension, TagUse
from facetally.connection import Connection


class AudienceCalls:
    """Asks who was there."""

    _connection: Connection

    def audience(self, **query: Unpack[AudienceQuery]) -> Audience:
        """The audience by age and gender, or by what `by` says, with 95% intervals."""
        data = self._connection.get("/v1/audience", _make_parameters(query))
        return self._connection.parse(Audience, data, raw=data)

    def compare_audiences(
        self, versus: Mapping[str, str], **query: Unpack[AudienceQuery]
    ) -> ComparedAudiences:
        """An audience, and the one that differs from it in these parameters of the API, such as
        {"tag": "autumn"}; an empty one leaves the parameter out."""
        differing = {f"versus.{name}": value for name, value in versus.items()}
        parameters = {**_make_parameters(query), **differing}
        data = self._connection.get("/v1/audience/compare", parameters)
        found = self._connection.parse(_ComparedAudiences, data)
        first, second = (
            self._connection.parse(Audience, one, raw=one) for one in (found.first, found.second)
        )
        return ComparedAudiences(first, second, found.groups, data)

    def export_audience(self, format: str, **query: Unpack[AudienceQuery]) -> Iterator[bytes]:
        """The groups as a file in blocks: csv or parquet."""
        parameters = {**_make_parameters(query), "format": format}
        return self._connection.stream_bytes("/v1/audience", parameters)

    def compare(self, first: int, second: int, *, bands: str = "marketing") -> Comparison:
        """Two jobs with the same items: the faces that both found, and how their shares differ."""
        path = f"/v1/jobs/{first}/compare/{second}"
        data = self._connection.get(path, {"bands": bands})
        return self._connection.parse(Comparison, data, raw=data)

    def tags(self) -> tuple[TagUse, ...]:
        """The tags of jobs, those of the newest jobs first."""
        return self._connection.parse(_TagList, self._connection.get("/v1/tags")).tags

    def dimensions(self, job: int | None = None, tag: str | None = None) -> tuple[Dimension, ...]:
        """The dimensions of items with their values: of one job, of a tag, or of all jobs."""
        data = self._connection.get("/v1/dimensions", {"job": job, "tag": tag})
        return self._connection.parse(_DimensionList, data).dimensions


@dataclass(frozen=True, slots=True)
class _ComparedAudiences:
    first: object
    second: object
    groups: tuple[GroupDifference, ...]


@dataclass(frozen=True, slots=True)
class _TagList:
    tags: tuple[TagUse, ...]


@dataclass(frozen=True, slots=True)
class _DimensionList:
    dimensions: tuple[Dimension, ...]


def _make_parameters(query: AudienceQuery) -> dict[str, str | int | float | None]:
    first_day, last_day = query.get("first_day"), query.get("last_day")
    dimensions = query.get("dimensions", {})
    return {
        "job": query.get("job"),
        "tag": query.get("tag"),
        "from": first_day.isoformat() if first_day else None,
        "to": last_day.isoformat() if last_day else None,
        "zone": query.get("zone"),
        "time_zone": query.get("time_zone"),
        "by": query.get("by"),
        "bands": query.get("bands"),
        "count": query.get("count"),
        "calibration": query.get("calibration"),
        "quality_min": query.get("quality_min"),
        "pose": query.get("pose"),
        **{f"dimension.{name}": value for name, value in dimensions.items()},
    }
