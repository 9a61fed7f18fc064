"""Tracks: the people of a job's videos."""

from dataclasses import asdict
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.faces import AgeOut, BoxOut, GenderOut
from api.schemas.fields import Number, Strict
from api.schemas.quality import QualityOut
from db.video_values import StoredTrack
from db.videos.tracks import TRACKS_PER_ITEM


class BestOut(BaseModel):
    """The frame in which a person is seen best, and the face in it."""

    frame: int
    time_seconds: float
    box: BoxOut
    score: float


class TrackOut(BaseModel):
    """One person in one shot of a video.

    `seconds_visible` is how long the face was visible between `first_seconds` and `last_seconds`.
    `age_spread` is the standard deviation of the ages in its frames, in years; `quality` is that of
    its best frame. `person` is who it is, within the job only, where that asks for people.
    """

    item: int
    name: str
    captured_at: datetime | None
    dimensions: dict[str, str]
    track: int
    first_seconds: float
    last_seconds: float
    seconds_visible: float
    faces: int
    gender: GenderOut
    age: AgeOut
    quality: QualityOut
    age_spread: float
    best: BestOut
    thumbnail: str | None
    person: int | None = None

    @classmethod
    def of(cls, track: StoredTrack) -> Self:
        thumbnail = f"/v1/items/{track.item_id}/tracks/{track.number}/thumbnail"
        return cls(
            item=track.item_id,
            name=track.name,
            captured_at=track.captured_at,
            dimensions=track.dimensions,
            track=track.number,
            first_seconds=round(track.first_seconds, 3),
            last_seconds=round(track.last_seconds, 3),
            seconds_visible=track.seconds_visible,
            faces=track.faces,
            gender=GenderOut.of(track.gender, track.gender_value),
            age=AgeOut.of(track.age),
            quality=QualityOut.of(track.quality, track.judged),
            age_spread=track.age_spread,
            best=BestOut(
                frame=track.best_frame,
                time_seconds=round(track.best_seconds, 3),
                box=BoxOut(**asdict(track.box)),
                score=round(track.score, 3),
            ),
            thumbnail=thumbnail if track.has_thumbnail else None,
            person=track.person,
        )


class TracksOut(BaseModel):
    """A page of tracks, in the order of their items and of their first frames."""

    tracks: list[TrackOut]
    next_cursor: int | None


class TrackPath(BaseModel):
    """A track by the number of its item and its own."""

    item_id: Number
    track: int = Field(ge=1, le=2**31 - 1)


class PeopleQuery(Strict):
    """Which people of a video: those whose number follows `after`."""

    after: int = Field(0, ge=0, le=TRACKS_PER_ITEM)
