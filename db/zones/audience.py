"""Who was in each zone of a job, and how often anyone came in and left."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from db.audience.table import Audience, tabulate
from db.counts.tally import Unit
from db.presence.counting import slice_presences
from db.presence.presences import Presences
from db.presence.queries import NO_ITEMS, PresenceQuery
from db.slices.disclosure import Disclosure
from db.slices.queries import COUNTED_UNITS
from db.slices.slices import Slices
from db.zones.boxes import Boxes, read_photo_boxes, read_video_boxes
from db.zones.crossings import Flags, steady
from db.zones.polygons import Zone

ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Crossings:
    """How often anyone in a video came into a zone, and left it; None for what is withheld."""

    zone: str
    entered: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class ZoneAudience:
    """`table` has rows for each zone. Someone who was in two of them is in both: `inside` are the
    people who were in any, and `outside` those who were in none."""

    table: Audience
    crossings: tuple[Crossings, ...]
    inside: int | None
    outside: int | None


def read_zone_audience(
    session: Session, job_id: int, zones: Sequence[Zone], query: PresenceQuery
) -> ZoneAudience:
    """Raises AudienceTooLarge."""
    disclosure = Disclosure(query.min_cell)
    photos, videos = read_photo_boxes(session, job_id), read_video_boxes(session, job_id)
    steadied = [steady(videos.person, zone.contains(videos.x, videos.y)) for zone in zones]
    parts = (
        _collect(photos, [zone.contains(photos.x, photos.y) for zone in zones]),
        _collect(videos, [one.inside for one in steadied]),
    )
    names = [zone.name for zone in zones]
    units = [unit for unit in Unit if unit in COUNTED_UNITS[query.count]]
    slices = _add(*(slice_presences(part, names, units) for part in parts))
    return ZoneAudience(
        table=tabulate(query.to_audience_query(ZONE), slices, NO_ITEMS),
        crossings=tuple(
            Crossings(name, *map(disclosure.publish_faces, (one.entered, one.left)))
            for name, one in zip(names, steadied, strict=True)
        ),
        inside=disclosure.publish_faces(sum(part.inside for part in parts)),
        outside=disclosure.publish_faces(sum(part.outside for part in parts)),
    )


def _collect(boxes: Boxes, inside: Sequence[Flags]) -> Presences:
    """Who was in which zone."""
    zone, at = np.nonzero(np.stack(inside))
    return Presences.collect(
        boxes.people,
        boxes.person[at],
        zone,
        (boxes.at_ms[at], boxes.visible_ms[at], boxes.facing_ms[at]),
        everybody=int(boxes.people.judged.sum()),
    )


def _add(one: Slices, other: Slices) -> Slices:
    return {
        key: {unit: totals + other[key][unit] for unit, totals in units.items()}
        for key, units in one.items()
    }
