"""Counts who was in which zones of a live source, by the same rules as in videos."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from db.counts.live_counts import LiveCounts
from db.counts.tally import Tally
from db.counts.totals import ENTERED, LEFT, OUTSIDE, CountedFace
from db.counts.tracks import CountedPerson
from db.counts.zone_counts import ANY_ZONE
from db.zones.crossings import Steadied, steady
from db.zones.polygons import Zone
from models.tracks.tracks import Track

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person was in one frame: the center of their box, as fractions of the picture."""

    at: datetime
    x: float
    y: float
    faces_camera: bool


class Places:
    """Those of one person, in few bytes: a poster on the wall is in sight all day."""

    def __init__(self) -> None:
        self._at, self._x, self._y = array("d"), array("d"), array("d")
        self._facing = array("b")

    def add(self, place: Place) -> None:
        self._at.append(place.at.timestamp())
        self._x.append(place.x)
        self._y.append(place.y)
        self._facing.append(place.faces_camera)

    def read(self) -> tuple[Values, Values, Values, Values]:
        """When, where from the left and from the top, and whether they faced the camera."""
        columns = (self._at, self._x, self._y, self._facing)
        at, x, y, facing = (np.array(one, dtype=np.float64) for one in columns)
        return at, x, y, facing


class ZoneVisits:
    """Keeps in memory where the people in sight have been, and counts them once they have left, in
    the zones as they are then. Without zones, it keeps nothing."""

    def __init__(self, zones: Sequence[Zone], begin_counts: Callable[[], LiveCounts]) -> None:
        self.zones = tuple(zones)
        self._counts: defaultdict[str, LiveCounts] = defaultdict(begin_counts)
        self._places: defaultdict[int, Places] = defaultdict(Places)

    def note(self, person: int, place: Place) -> None:
        if self.zones:
            self._places[person].add(place)

    def count(self, track: Track, face: CountedFace) -> None:
        """A person has left; each of their frames stands for an equal part of their time."""
        places = self._places.pop(track.number, None)
        if places is None or not self.zones:
            return
        at, x, y, facing = places.read()
        person = np.zeros(len(at), dtype=np.int64)
        seconds = track.seconds_visible / track.faces
        anywhere = np.zeros(len(at), dtype=bool)
        for zone in self.zones:
            found = steady(person, zone.contains(x, y))
            anywhere |= found.inside
            self._add(zone.name, face, at[found.inside], facing[found.inside], seconds)
            self._add_crossings(zone.name, at, found)
        self._add(ANY_ZONE, face, at[anywhere], facing[anywhere], seconds)
        is_outside = face.judged and not anywhere.any()
        self._counts[ANY_ZONE].add_measure(OUTSIDE, int(is_outside), _read_time(at))

    def take(self) -> dict[str, Tally]:
        """By zone, what was counted since the last call."""
        taken = {zone: counts.take() for zone, counts in self._counts.items()}
        return {zone: tally for zone, tally in taken.items() if tally.totals}

    def begin_day(self) -> None:
        """Count anew; what was not taken is lost."""
        self._counts.clear()

    def _add(
        self, zone: str, face: CountedFace, at: Values, facing: Values, seconds: float
    ) -> None:
        """Of the frames in which a person was within the zone."""
        if len(at):
            person = CountedPerson(face, seconds * len(at), float(facing.mean()))
            self._counts[zone].add_person(person, _read_time(at))

    def _add_crossings(self, zone: str, at: Values, found: Steadied) -> None:
        """When somebody was first seen, as everything of a person."""
        for measure, times in ((ENTERED, found.entered), (LEFT, found.left)):
            self._counts[zone].add_measure(measure, times, _read_time(at))


def _read_time(at: Values) -> datetime:
    """The first of them."""
    return datetime.fromtimestamp(at[0], UTC)
