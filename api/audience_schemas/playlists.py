"""Playlists: what ran when, for whose people, and who saw it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from api.audience_schemas.presence import PresenceGroup, PresenceParameters
from api.schemas.fields import JobName, Number, Strict, Tag, Text, TimeZone
from db.audience.screen_time import ScreenTime
from db.playlists.audience import CONTENT, Airtime, PlaylistAudience
from db.playlists.values import Playlist, Viewers
from db.presence.queries import PresenceQuery
from db.states import Count
from worker.addresses.live_sources import LONGEST_NAME

MOST_JOBS = 1000


class PlaylistPath(BaseModel):
    """A playlist by its number."""

    playlist_id: Number


class PlaylistFields(Strict):
    """A playlist to keep, without its spots: whose people saw it, by one of `jobs`, `tag` and
    `source`, the name of a live source. Times without an offset are those of `time_zone`, or else
    of the jobs. With `replace`, it takes the place of one with the same name."""

    name: Annotated[JobName, Field(min_length=1)]
    jobs: Annotated[list[Number], Field(max_length=MOST_JOBS)] = Field(default=[])
    tag: Tag | None = None
    source: Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)] | None = None
    time_zone: TimeZone | None = None
    replace: bool = False

    @model_validator(mode="after")
    def _check_viewers(self) -> Self:
        self.viewers()
        return self

    def viewers(self) -> Viewers:
        return Viewers(tuple(dict.fromkeys(self.jobs)), self.tag, self.source)


class PlaylistParameters(Strict):
    """The same fields as parameters, for a body of CSV, which has no other place for them; numbers
    of jobs are separated by commas: `jobs=7,8`."""

    name: Text | None = None
    # A whole address has at most 8,190 characters.
    jobs: Annotated[Text, Field(max_length=4000)] | None = None
    tag: Text | None = None
    source: Text | None = None
    time_zone: Text | None = None
    replace: bool = False

    def to_fields(self) -> dict[str, object]:
        """As `PlaylistFields` takes them."""
        given = self.model_dump(exclude_none=True)
        if self.jobs is not None:
            given["jobs"] = [word.strip() for word in self.jobs.split(",")]
        return given


class PlaylistBody(PlaylistFields):
    """A playlist as JSON. Each spot has a `start`, an `end` and a `content`; and where spots ran on
    some screens only, one more field, the name of a dimension such as `store`, with its value."""

    spots: Annotated[list[Annotated[dict[str, str], Field(max_length=5)]], Field(min_length=1)] = (
        Field(
            examples=[
                [
                    {
                        "start": "2026-07-01T12:00:00",
                        "end": "2026-07-01T12:00:10",
                        "content": "Summer sale",
                        "store": "Lyon",
                    }
                ]
            ]
        )
    )


class PlaylistOut(BaseModel):
    """A playlist as it is known. `dimension` and `screens` say on which screens its spots ran."""

    id: int
    tenant: str
    name: str
    created_at: datetime
    replaced_at: datetime | None
    jobs: list[int]
    tag: str | None
    source: str | None
    time_zone: str
    dimension: str | None
    screens: list[str]
    contents: list[str]
    spots: int
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, playlist: Playlist) -> Self:
        return cls(
            id=playlist.id,
            tenant=playlist.tenant,
            name=playlist.name,
            created_at=playlist.created_at,
            replaced_at=playlist.replaced_at,
            jobs=list(playlist.viewers.jobs),
            tag=playlist.viewers.tag,
            source=playlist.viewers.source,
            time_zone=playlist.time_zone,
            dimension=playlist.dimension,
            screens=list(playlist.screens),
            contents=list(playlist.contents),
            spots=playlist.spots,
            first_at=playlist.first_at,
            last_at=playlist.last_at,
        )


class PlaylistQueryParameters(Strict):
    """A playlist as JSON, or its spots as CSV."""

    format: Literal["json", "csv"] = "json"


class PlaylistsOut(BaseModel):
    """Every playlist, the newest first."""

    playlists: list[PlaylistOut]

    @classmethod
    def of(cls, playlists: Iterable[Playlist]) -> Self:
        return cls(playlists=[PlaylistOut.of(one) for one in playlists])


class PlaylistAudienceParameters(PresenceParameters):
    """Who saw each content, as JSON or CSV."""

    format: Literal["json", "csv"] = "json"


class ContentField(BaseModel):
    """Which content; it comes first in each group."""

    content: str | None


class PlaylistGroup(PresenceGroup, ContentField):
    """Who saw a content: `people`, with `share` of all rows and `share_within` of its content."""

    CATEGORY = CONTENT


class PlaylistAudienceOut(BaseModel):
    """Who saw each content of a playlist.

    People in videos and in front of live sources count once for each content that ran while they
    were visible; a face in a photograph counts for what ran when it was taken. Somebody in two
    shots is two people, except in `linked_jobs`, where people count once for all that shows them.
    `viewers` are the people who saw any content, `others` those who were there while the playlist
    ran and saw none. `items_undated` have no time. `jobs_without_times` are headcounts that did not
    keep when people were seen. Counts below `min_cell` are withheld, and others rounded to a
    multiple of it.
    """

    playlist: PlaylistOut
    count: Count
    viewers: int | None
    others: int | None
    people_too_unclear: int | None
    items_undated: int
    jobs_without_times: list[int]
    linked_jobs: list[int]
    screen_time: ScreenTime | None
    min_cell: int
    groups_withheld: int
    airtimes: list[Airtime]
    groups: list[PlaylistGroup]

    @classmethod
    def of(cls, playlist: Playlist, found: PlaylistAudience, query: PresenceQuery) -> Self:
        return cls(
            playlist=PlaylistOut.of(playlist),
            count=query.count,
            viewers=found.viewers,
            others=found.others,
            people_too_unclear=found.table.too_unclear,
            items_undated=found.undated,
            jobs_without_times=list(found.jobs_without_times),
            linked_jobs=list(found.linked_jobs),
            screen_time=found.table.screen_time,
            min_cell=query.min_cell,
            groups_withheld=found.table.groups_withheld,
            airtimes=list(found.airtimes),
            groups=[PlaylistGroup.of(group) for group in found.table.groups],
        )
