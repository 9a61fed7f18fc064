"""The people of a job's videos, one line or row for each."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Self

import pyarrow
from pydantic import BaseModel

from api.faces import AgeOut, BoxOut, GenderOut
from api.tables import Row
from db.video_values import StoredTrack

TEXT, WHOLE, REAL = pyarrow.string(), pyarrow.int32(), pyarrow.float64()
TRACK_SCHEMA = pyarrow.schema(
    {
        "item": pyarrow.int64(),
        "name": TEXT,
        "captured_at": pyarrow.timestamp("us", tz="UTC"),
        "dimensions": pyarrow.map_(TEXT, TEXT),
        "track": WHOLE,
        "first_seconds": REAL,
        "last_seconds": REAL,
        "seconds_visible": REAL,
        "faces": WHOLE,
        "score": REAL,
        "gender": TEXT,
        "gender_probability": REAL,
        "female": REAL,
        "age_years": REAL,
        "age_low": WHOLE,
        "age_high": WHOLE,
        "age_group": TEXT,
        "age_spread": REAL,
        "best_frame": WHOLE,
        "best_seconds": REAL,
        "x": WHOLE,
        "y": WHOLE,
        "box_width": WHOLE,
        "box_height": WHOLE,
        "thumbnail": TEXT,
    }
)


class BestOut(BaseModel):
    """The frame that shows a person best, and where in it."""

    frame: int
    time_seconds: float
    box: BoxOut
    score: float


class TrackOut(BaseModel):
    """One person in one shot of a video.

    `seconds_visible` is how long the face was seen from `first_seconds` to `last_seconds`;
    `age_spread` is the standard deviation, in years, of what the frames gave.
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
    age_spread: float
    best: BestOut
    thumbnail: str | None

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
            age_spread=track.age_spread,
            best=BestOut(
                frame=track.best_frame,
                time_seconds=round(track.best_seconds, 3),
                box=BoxOut(**asdict(track.box)),
                score=round(track.score, 3),
            ),
            thumbnail=thumbnail if track.has_thumbnail else None,
        )


class TracksOut(BaseModel):
    """A page of tracks, in the order of their items and of their first frames."""

    tracks: list[TrackOut]
    next_cursor: int | None


def make_track_rows(tracks: Iterator[TrackOut]) -> Iterator[Row]:
    """In the columns of `TRACK_SCHEMA`."""
    for track in tracks:
        gender, age, best = track.gender, track.age, track.best
        box = best.box
        yield (
            *(track.item, track.name, track.captured_at, track.dimensions, track.track),
            *(track.first_seconds, track.last_seconds, track.seconds_visible),
            *(track.faces, best.score, gender.value, gender.probability, gender.female),
            *(age.years, age.low, age.high, age.group, track.age_spread),
            *(best.frame, best.time_seconds, box.x, box.y, box.width, box.height),
            track.thumbnail,
        )
