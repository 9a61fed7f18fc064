"""Counts who was in which zones of a live source, by the same rules as in videos."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from db.counts.live_counts import LiveCounts
from db.counts.tally import Tally
from db.counts.totals import ENTERED, LEFT, OUTSIDE, CountedFace
from db.counts.tracks import CountedPerson
from db.counts.zone_counts import ANY_ZONE
from db.zones.crossings import Flags, Steadied, steady
from db.zones.polygons import Zone
from models.tracks.tracks import Track


@dataclass(frozen=True, slots=True)
class Look:
    """Where a person was in one frame: the center of their box, as fractions of the picture."""

    at: datetime
    x: float
    y: float
    faces_camera: bool


class ZoneVisits:
    """Keeps in memory where the people in sight have been, and counts them once they have left, in
    the zones as they are then. Without zones, it keeps nothing."""

    def __init__(self, zones: Sequence[Zone], begin_counts: Callable[[], LiveCounts]) -> None:
        self.zones = tuple(zones)
        self._counts: defaultdict[str, LiveCounts] = defaultdict(begin_counts)
        self._looks: defaultdict[int, list[Look]] = defaultdict(list)

    def note(self, person: int, look: Look) -> None:
        if self.zones:
            self._looks[person].append(look)

    def count(self, track: Track, face: CountedFace) -> None:
        """A person has left; each of their frames stands for an equal part of their time."""
        looks = self._looks.pop(track.number, [])
        if not looks or not self.zones:
            return
        person = np.zeros(len(looks), dtype=np.int64)
        x, y = (np.array([getattr(look, name) for look in looks]) for name in ("x", "y"))
        seconds = track.seconds_visible / track.faces
        anywhere = np.zeros(len(looks), dtype=bool)
        for zone in self.zones:
            found = steady(person, zone.contains(x, y))
            anywhere |= found.inside
            self._add(zone.name, face, looks, found.inside, seconds)
            self._add_crossings(zone.name, looks, found)
        self._add(ANY_ZONE, face, looks, anywhere, seconds)
        is_outside = face.judged and not anywhere.any()
        self._counts[ANY_ZONE].add_measure(OUTSIDE, int(is_outside), looks[0].at)

    def take(self) -> dict[str, Tally]:
        """By zone, what was counted since the last call."""
        taken = {zone: counts.take() for zone, counts in self._counts.items()}
        return {zone: tally for zone, tally in taken.items() if tally.totals}

    def begin_day(self) -> None:
        """Count anew; what was not taken is lost."""
        self._counts.clear()

    def _add(
        self,
        zone: str,
        face: CountedFace,
        looks: Sequence[Look],
        inside: Flags,
        seconds: float,
    ) -> None:
        within = [look for look, is_inside in zip(looks, inside, strict=True) if is_inside]
        if within:
            facing = sum(look.faces_camera for look in within) / len(within)
            person = CountedPerson(face, seconds * len(within), facing)
            self._counts[zone].add_person(person, within[0].at)

    def _add_crossings(self, zone: str, looks: Sequence[Look], found: Steadied) -> None:
        """When somebody was first seen, as everything of a person."""
        for measure, times in ((ENTERED, found.entered), (LEFT, found.left)):
            self._counts[zone].add_measure(measure, times, looks[0].at)
