"""The people of a job's videos: a line and a row for each."""

from collections.abc import Iterator

import pyarrow

from api.exports.columns import (
    BOX_COLUMNS,
    DIMENSIONS,
    ESTIMATE_COLUMNS,
    MOMENT,
    NUMBER,
    PACK_COLUMN,
    QUALITY_COLUMNS,
    REAL,
    TEXT,
    WHOLE,
    make_box_cells,
    make_estimate_cells,
    make_quality_cells,
)
from api.exports.export import Export
from api.exports.tables import Row
from api.schemas.tracks import TrackOut, TracksOut
from db.videos.tracks import cursor_of, read_tracks

TRACK_SCHEMA = pyarrow.schema(
    {
        "item": NUMBER,
        "name": TEXT,
        "captured_at": MOMENT,
        "dimensions": DIMENSIONS,
        "track": WHOLE,
        "first_seconds": REAL,
        "last_seconds": REAL,
        "seconds_visible": REAL,
        "faces": WHOLE,
        "score": REAL,
        **ESTIMATE_COLUMNS,
        **QUALITY_COLUMNS,
        "age_spread": REAL,
        "best_frame": WHOLE,
        "best_seconds": REAL,
        **BOX_COLUMNS,
        "thumbnail": TEXT,
        "person": WHOLE,
        **PACK_COLUMN,
    }
)


def _make_rows(track: TrackOut) -> Iterator[Row]:
    best = track.best
    yield (
        *(track.item, track.name, track.captured_at, track.dimensions, track.track),
        *(track.first_seconds, track.last_seconds, track.seconds_visible),
        *(track.faces, best.score),
        *make_estimate_cells(track.gender, track.age),
        *make_quality_cells(track.quality),
        *(track.age_spread, best.frame, best.time_seconds),
        *make_box_cells(best.box),
        *(track.thumbnail, track.person),
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
