"""The people of a job's videos: a line and a row for each."""

from collections.abc import Iterator

import pyarrow

from api.exports.export import Export
from api.exports.tables import REAL, TEXT, WHOLE, Row
from api.schemas.tracks import TrackOut, TracksOut
from db.videos.tracks import cursor_of, read_tracks

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


def _make_rows(track: TrackOut) -> Iterator[Row]:
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


def _make_page(tracks: list[TrackOut], next_cursor: int | None) -> TracksOut:
    return TracksOut(tracks=tracks, next_cursor=next_cursor)


TRACKS = Export(
    suffix="-tracks",
    read_page=read_tracks,
    find_cursor=cursor_of,
    make_line=TrackOut.of,
    make_page=_make_page,
    schema=TRACK_SCHEMA,
    make_rows=_make_rows,
)
