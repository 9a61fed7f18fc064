"""Who was in each zone of a job, and how often anybody came in and left."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from db.audience.table import Audience, tabulate
from db.counts.tally import Unit
from db.playlists.audience import NO_ITEMS, PlaylistQuery, to_audience_query
from db.playlists.counting import Views, slice_views
from db.slices.disclosure import Disclosure
from db.slices.queries import COUNTED_UNITS
from db.slices.slices import Slices
from db.zones.boxes import Boxes, read_photo_boxes, read_video_boxes
from db.zones.crossings import steady
from db.zones.polygons import Zone

ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Crossings:
    """How often anybody in a video came into a zone, and left it; None for what is withheld."""

    zone: str
    entered: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class ZoneAudience:
    """`table` has rows for each zone. Who was in two of them is in both: `inside` are the people
    who were in any, and `outside` those who were in none."""

    table: Audience
    crossings: tuple[Crossings, ...]
    inside: int | None
    outside: int | None


def read_zone_audience(
    session: Session, job_id: int, zones: Sequence[Zone], query: PlaylistQuery
) -> ZoneAudience:
    """Raises AudienceTooLarge."""
    disclosure = Disclosure(query.min_cell)
    photos, videos = read_photo_boxes(session, job_id), read_video_boxes(session, job_id)
    steadied = [steady(videos.person, zone.contains(videos.x, videos.y)) for zone in zones]
    parts = (
        _view(photos, [zone.contains(photos.x, photos.y) for zone in zones]),
        _view(videos, [one.inside for one in steadied]),
    )
    names = [zone.name for zone in zones]
    units = [unit for unit in Unit if unit in COUNTED_UNITS[query.count]]
    slices = _add(*(slice_views(part, names, units) for part in parts))
    return ZoneAudience(
        table=tabulate(to_audience_query(query, ZONE), slices, NO_ITEMS),
        crossings=tuple(
            Crossings(name, *map(disclosure.publish_faces, (one.entered, one.left)))
            for name, one in zip(names, steadied, strict=True)
        ),
        inside=disclosure.publish_faces(sum(part.viewers for part in parts)),
        outside=disclosure.publish_faces(sum(part.others for part in parts)),
    )


def _view(boxes: Boxes, inside: Sequence[np.ndarray]) -> Views:
    """Who was in which zone; zones take the place of contents."""
    zone, at = np.nonzero(np.stack(inside))
    person = boxes.person[at]
    pairs, of_pair = np.unique(person * len(inside) + zone, return_inverse=True)
    first_ms = np.full(len(pairs), np.iinfo(np.int64).max)
    np.minimum.at(first_ms, of_pair, boxes.at_ms[at])
    visible, facing = (
        np.bincount(of_pair, weights=ms[at], minlength=len(pairs)).astype(np.int64)
        for ms in (boxes.visible_ms, boxes.facing_ms)
    )
    viewers = int(boxes.people.judged[np.unique(person)].sum())
    return Views(
        people=boxes.people,
        person=pairs // len(inside),
        content=pairs % len(inside),
        first_ms=first_ms,
        visible_ms=visible,
        facing_ms=facing,
        viewers=viewers,
        others=int(boxes.people.judged.sum()) - viewers,
    )


def _add(one: Slices, other: Slices) -> Slices:
    return {
        key: {unit: totals + other[key][unit] for unit, totals in units.items()}
        for key, units in one.items()
    }
