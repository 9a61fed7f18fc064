"""Who saw each content of a playlist, as rows for a page: of everybody, or of a group of people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from api.audience_schemas.playlists import (
    PlaylistAudienceOut,
    PlaylistAudienceParameters,
    PlaylistGroup,
)
from db.audience.screen_time import ScreenTime
from db.slices.bands import PRESETS
from models.statistics.shares import Share

GENDERS = ("female", "male")
# Groups of ages that campaigns are planned by, then the bands of the audience.
AGES = ("0-17", "0-34", "18-34", "18-49", "35-54", "55-120", *(
    f"{band.low}-{band.high}" for band in PRESETS["marketing"] if band.label != "0-12"
))  # fmt: skip
SORTS = ("seconds", "people", "each", "facing", "share", "content")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which people, and what the rows are sorted by."""

    gender: str = ""
    ages: str = ""
    sort: str = ""

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Self:
        gender, ages, sort = (args.get(name, "") for name in ("gender", "ages", "sort"))
        return cls(
            gender if gender in GENDERS else "",
            ages if ages in AGES else "",
            sort if sort in SORTS else "",
        )

    @property
    def is_everybody(self) -> bool:
        return not (self.gender or self.ages)

    def list_parameters(self) -> tuple[PlaylistAudienceParameters, PlaylistAudienceParameters]:
        """What the API is asked for: people, and seconds."""
        by = ",".join(
            name for name, one in (("gender", self.gender), ("age_band", self.ages)) if one
        )
        people, seconds = (
            PlaylistAudienceParameters.model_validate(
                {"by": by, "bands": self.ages or "marketing", "count": count}
            )
            for count in ("people", "seconds")
        )
        return people, seconds

    def keep(self, groups: list[PlaylistGroup]) -> dict[str | None, PlaylistGroup]:
        """The row of these people for each content: the first band is theirs."""
        kept: dict[str | None, PlaylistGroup] = {}
        for group in groups:
            if self.gender in ("", group.gender):
                kept.setdefault(group.content, group)
        return kept


@dataclass(frozen=True, slots=True)
class ContentRow:
    """A content: how often it ran, who saw it, and the share of these people in all who saw it; of
    everybody, the share of all that was seen."""

    content: str
    spots: int
    people: int | None
    time: ScreenTime | None
    share: Share | None


@dataclass(frozen=True, slots=True)
class ContentTable:
    """The rows, sorted; `is_timed` where people have seconds."""

    rows: list[ContentRow]
    is_timed: bool
    sort: str


def make_content_table(
    people: PlaylistAudienceOut, seconds: PlaylistAudienceOut, chosen: Chosen
) -> ContentTable:
    is_timed = any(group.people != 0 for group in seconds.groups)
    counted, timed = chosen.keep(people.groups), chosen.keep(seconds.groups)
    rows = []
    for airtime in people.airtimes:
        one, time = counted[airtime.content], timed[airtime.content].screen_time
        shared = timed[airtime.content] if is_timed else one
        share = shared.share if chosen.is_everybody else shared.share_within
        rows.append(ContentRow(airtime.content, airtime.spots, one.people, time, share))
    sort = chosen.sort or ("seconds" if is_timed else "people")
    ordered = sorted(rows, key=lambda row: row.content)
    if sort != "content":
        ordered.sort(key=lambda row: _weigh(row, sort), reverse=True)
    return ContentTable(ordered, is_timed, sort)


def _weigh(row: ContentRow, sort: str) -> float:
    """What is withheld comes last."""
    time = row.time or ScreenTime(None, None, None, None)
    share = row.share.value if row.share else None
    values = {
        "seconds": time.seconds,
        "people": row.people,
        "each": time.mean_seconds,
        "facing": time.attention,
        "share": share,
    }
    value = values[sort]
    return -1.0 if value is None else float(value)
