"""Who saw each content of a playlist."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from db.audience.funnel import NO_ITEMS
from db.audience.table import Audience, tabulate
from db.counts.tally import Unit
from db.playlists.glimpses import Glimpses
from db.playlists.playlists import read_spots
from db.playlists.reading import count_undated, list_jobs_without_times, read_glimpses
from db.playlists.spots import Spots
from db.playlists.values import Playlist
from db.presence.counting import slice_presences
from db.presence.linking import Linked, link_people, list_linked_jobs
from db.presence.presences import Presences
from db.presence.queries import PresenceQuery
from db.slices.disclosure import Disclosure
from db.slices.queries import COUNTED_UNITS

CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Airtime:
    """How often and how long a content ran."""

    content: str
    spots: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PlaylistAudience:
    """`table` has rows for each content. A person who saw two of them is in both: `viewers` are the
    people who saw any, and `others` those who were there while the playlist ran and saw none. In
    `linked_jobs` people count once for all shots and pictures that show them."""

    table: Audience
    airtimes: tuple[Airtime, ...]
    viewers: int | None
    others: int | None
    undated: int  # items without a time: nobody knows what ran
    jobs_without_times: tuple[int, ...]
    linked_jobs: tuple[int, ...]


def read_playlist_audiences(
    session: Session, playlist: Playlist, queries: Sequence[PresenceQuery]
) -> list[PlaylistAudience]:
    """Several tables of the same people; raises AudienceTooLarge."""
    spots = read_spots(session, playlist.id)
    glimpses = read_glimpses(session, playlist)
    linked = link_people(session, glimpses.people, queries[0].gender_min_probability)
    presences = join_spots(glimpses, linked, spots)
    counted = {unit for query in queries for unit in COUNTED_UNITS[query.count]}
    units = [unit for unit in Unit if unit in counted]
    slices = slice_presences(presences, playlist.contents, units)
    airtimes = _sum_airtimes(spots, playlist.contents)
    undated = count_undated(session, playlist)
    without_times = tuple(list_jobs_without_times(session, playlist))
    found = []
    for query in queries:
        disclosure = Disclosure(query.min_cell)
        found.append(
            PlaylistAudience(
                table=tabulate(query.to_audience_query(CONTENT), slices, NO_ITEMS),
                airtimes=airtimes,
                viewers=disclosure.publish_faces(presences.inside),
                others=disclosure.publish_faces(presences.outside),
                undated=undated,
                jobs_without_times=without_times,
                linked_jobs=tuple(list_linked_jobs(glimpses.people)),
            )
        )
    return found


def join_spots(glimpses: Glimpses, linked: Linked, spots: Spots) -> Presences:
    """Who saw which content, of those who were there between the first and the last spot."""
    found = spots.find(glimpses.screen, glimpses.at_ms)
    is_seen = (found >= 0) & (glimpses.screen >= 0)
    is_while = (glimpses.at_ms >= spots.start_ms.min()) & (glimpses.at_ms < spots.stop_ms.max())
    return Presences.collect(
        glimpses.people,
        linked,
        glimpses.person[is_seen],
        spots.content[found[is_seen]],
        (
            glimpses.at_ms[is_seen],
            glimpses.visible_ms[is_seen],
            glimpses.facing_ms[is_seen],
        ),
        present=glimpses.person[is_while],
    )


def _sum_airtimes(spots: Spots, contents: Sequence[str]) -> tuple[Airtime, ...]:
    counts = np.bincount(spots.content, minlength=len(contents))
    lengths = spots.stop_ms - spots.start_ms
    seconds = np.bincount(spots.content, weights=lengths, minlength=len(contents)) / 1000
    rows = zip(contents, counts.tolist(), seconds.tolist(), strict=True)
    return tuple(Airtime(content, spots, round(seconds, 1)) for content, spots, seconds in rows)
