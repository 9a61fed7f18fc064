"""Who was in each zone of a job, and how often anyone came in and left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session

from db.audience.funnel import NO_ITEMS
from db.audience.table import Audience, tabulate
from db.counts.tally import Unit
from db.counts.zone_counts import ANY_ZONE, ZONE_DIMENSION
from db.presence.counting import slice_presences
from db.presence.linking import Linked, link_people, list_linked_jobs
from db.presence.presences import Presences
from db.presence.queries import PresenceQuery
from db.slices.disclosure import Disclosure
from db.slices.queries import COUNTED_UNITS
from db.slices.slices import Slices
from db.zones.boxes import Boxes, read_boxes
from db.zones.crossings import Flags, steady
from db.zones.polygons import Zone


@dataclass(frozen=True, slots=True)
class Crossings:
    """How often anyone in a video came into a zone, and left it; None for what is withheld."""

    zone: str
    entered: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class ZoneAudience:
    """`table` has rows for each zone, and shares of what was in any. Someone who was in two of them
    is in both: `inside` are the people who were in any, and `outside` those who were in none.
    `is_linked` says whether people count once for all shots and pictures that show them."""

    table: Audience
    crossings: tuple[Crossings, ...]
    inside: int | None
    outside: int | None
    is_linked: bool


def read_zone_audience(
    session: Session, job_id: int, zones: Sequence[Zone], query: PresenceQuery
) -> ZoneAudience:
    """Counted from the boxes of a job; raises AudienceTooLarge."""
    boxes = read_boxes(session, job_id)
    linked = link_people(session, boxes.people, query.gender_min_probability)
    steadied = [steady(boxes.person, zone.contains(boxes.x, boxes.y)) for zone in zones]
    inside = np.stack([one.inside for one in steadied])
    presences = _collect(boxes, linked, np.vstack([inside, inside.any(axis=0)]))
    names = [*(zone.name for zone in zones), ANY_ZONE]
    units = [unit for unit in Unit if unit in COUNTED_UNITS[query.count]]
    return make_zone_audience(
        query,
        slice_presences(presences, names, units),
        {zone.name: (one.entered, one.left) for zone, one in zip(zones, steadied, strict=True)},
        (presences.inside, presences.outside),
        is_linked=bool(list_linked_jobs(boxes.people)),
    )


def make_zone_audience(
    query: PresenceQuery,
    slices: Slices,
    crossings: Mapping[str, tuple[int, int]],
    people: tuple[int, int],
    *,
    is_linked: bool,
) -> ZoneAudience:
    """Of the totals of each zone and of any zone, how often anybody came in and left, and the
    numbers of people who were in any and in none."""
    disclosure = Disclosure(query.min_cell)
    inside, outside = map(disclosure.publish_faces, people)
    audience = query.to_audience_query(ZONE_DIMENSION)
    of_zones = replace(audience, slices=replace(audience.slices, of_zones=True))
    return ZoneAudience(
        table=tabulate(of_zones, slices, NO_ITEMS),
        crossings=tuple(
            Crossings(name, *map(disclosure.publish_faces, one)) for name, one in crossings.items()
        ),
        inside=inside,
        outside=outside,
        is_linked=is_linked,
    )


def _collect(boxes: Boxes, linked: Linked, inside: Flags) -> Presences:
    """Who was in which zone; `inside` is (zones, boxes)."""
    zone, at = np.nonzero(inside)
    return Presences.collect(
        boxes.people,
        linked,
        boxes.person[at],
        zone,
        (boxes.at_ms[at], boxes.visible_ms[at], boxes.facing_ms[at]),
        present=np.arange(len(boxes.people)),
    )
