"""Who saw each content of a playlist."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from db.audience.funnel import Funnel
from db.audience.table import Audience, tabulate
from db.counts.tally import Unit
from db.playlists.counting import join_spots, slice_views
from db.playlists.playlists import read_spots
from db.playlists.reading import count_undated, list_jobs_without_times, read_looks
from db.playlists.spots import Spots
from db.playlists.values import Playlist
from db.slices.bands import Band
from db.slices.disclosure import Disclosure
from db.slices.queries import COUNTED_UNITS, AudienceQuery, Count, SliceQuery

CONTENT = "content"
# What a playlist rests on it says by itself: it knows of no items without faces.
NO_ITEMS = Funnel(0, 0, None, None, {}, 0, 0, None, None)


@dataclass(frozen=True, slots=True)
class PlaylistQuery:
    """How the people who saw each content are grouped and counted, and the smallest count that may
    be shown; `count` is people or seconds."""

    bands: tuple[Band, ...]
    by_gender: bool = True
    by_age_band: bool = True
    count: Count = Count.PEOPLE
    min_cell: int = 1


@dataclass(frozen=True, slots=True)
class Airtime:
    """How often and how long a content ran."""

    content: str
    spots: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PlaylistAudience:
    """`table` has rows for each content. A person who saw two of them is in both: `viewers` are the
    people who saw any, and `others` those who were there while the playlist ran and saw none."""

    table: Audience
    airtimes: tuple[Airtime, ...]
    viewers: int | None
    others: int | None
    undated: int  # items of which nobody knows what ran
    jobs_without_times: tuple[int, ...]


def read_playlist_audiences(
    session: Session, playlist: Playlist, queries: Sequence[PlaylistQuery]
) -> list[PlaylistAudience]:
    """Several tables of the same people; raises AudienceTooLarge."""
    spots = read_spots(session, playlist.id)
    views = join_spots(read_looks(session, playlist), spots, len(playlist.contents))
    counted = {unit for query in queries for unit in COUNTED_UNITS[query.count]}
    units = [unit for unit in Unit if unit in counted]
    slices = slice_views(views, playlist.contents, units)
    airtimes = _sum_airtimes(spots, playlist.contents)
    undated = count_undated(session, playlist)
    without_times = tuple(list_jobs_without_times(session, playlist))
    found = []
    for query in queries:
        disclosure = Disclosure(query.min_cell)
        found.append(
            PlaylistAudience(
                table=tabulate(to_audience_query(query, CONTENT), slices, NO_ITEMS),
                airtimes=airtimes,
                viewers=disclosure.publish_faces(views.viewers),
                others=disclosure.publish_faces(views.others),
                undated=undated,
                jobs_without_times=without_times,
            )
        )
    return found


def to_audience_query(query: PlaylistQuery, by: str) -> AudienceQuery:
    """By this in place of a dimension."""
    return AudienceQuery(
        bands=query.bands,
        by_gender=query.by_gender,
        by_age_band=query.by_age_band,
        slices=SliceQuery(by_dimensions=(by,)),
        count=query.count,
        min_cell=query.min_cell,
    )


def _sum_airtimes(spots: Spots, contents: Sequence[str]) -> tuple[Airtime, ...]:
    counts = np.bincount(spots.content, minlength=len(contents))
    lengths = spots.stop_ms - spots.start_ms
    seconds = np.bincount(spots.content, weights=lengths, minlength=len(contents)) / 1000
    rows = zip(contents, counts.tolist(), seconds.tolist(), strict=True)
    return tuple(Airtime(content, spots, round(seconds, 1)) for content, spots, seconds in rows)
