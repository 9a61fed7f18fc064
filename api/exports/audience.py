"""The groups of an audience as rows of a table: in all, and by content of a playlist."""

from collections.abc import Iterator
from dataclasses import astuple, fields

import pyarrow

from api.audience_schemas.audience import AudienceOut
from api.audience_schemas.playlists import PlaylistAudienceOut
from api.audience_schemas.presence import PresenceGroup
from api.exports.columns import DIMENSIONS, NUMBER, REAL, TEXT
from api.exports.tables import Row
from db.audience.grouping import AudienceGroup
from db.audience.screen_time import ScreenTime
from models.statistics.shares import Share

SHARE_COLUMNS = {
    "share": REAL,
    "share_low": REAL,
    "share_high": REAL,
    "share_within": REAL,
    "share_within_low": REAL,
    "share_within_high": REAL,
    "soft_share": REAL,
}
TIME_COLUMNS = {
    "seconds": REAL,
    "mean_seconds": REAL,
    "median_seconds": REAL,
    "attention": REAL,
}
AUDIENCE_SCHEMA = pyarrow.schema(
    {
        "dimensions": DIMENSIONS,
        "period": TEXT,
        "gender": TEXT,
        "age_band": TEXT,
        "faces": NUMBER,
        **SHARE_COLUMNS,
        "corrected": REAL,
        "corrected_low": REAL,
        "corrected_high": REAL,
        **TIME_COLUMNS,
        "people_low": NUMBER,
        "people_high": NUMBER,
    }
)
CONTENT_SCHEMA = pyarrow.schema(
    {
        "content": TEXT,
        "gender": TEXT,
        "age_band": TEXT,
        "people": NUMBER,
        **SHARE_COLUMNS,
        **TIME_COLUMNS,
    }
)


def make_audience_rows(audience: AudienceOut) -> Iterator[Row]:
    for group in audience.groups:
        yield (
            *(group.dimensions, group.period, group.gender, group.age_band, group.faces),
            *_make_share_cells(group),
            *_list_bounds(group.corrected),
            *_make_time_cells(group.screen_time),
            *(astuple(group.people) if group.people else (None, None)),
        )


def make_content_rows(audience: PlaylistAudienceOut) -> Iterator[Row]:
    for group in audience.groups:
        yield (
            *(group.content, group.gender, group.age_band, group.people),
            *_make_share_cells(group),
            *_make_time_cells(group.screen_time),
        )


def _make_share_cells(group: AudienceGroup | PresenceGroup) -> Row:
    """In the order of `SHARE_COLUMNS`."""
    return (*_list_bounds(group.share), *_list_bounds(group.share_within), group.soft_share)


def _list_bounds(share: Share | None) -> Row:
    return (None, None, None) if share is None else (share.value, share.low, share.high)


def _make_time_cells(time: ScreenTime | None) -> Row:
    """In the order of `TIME_COLUMNS`."""
    return (None,) * len(fields(ScreenTime)) if time is None else astuple(time)
