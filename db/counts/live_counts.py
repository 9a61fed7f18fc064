"""The counts of a live source, as they grow."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from db.counts.tally import DWELL_UNITS, CellKey, Tally, Unit
from db.counts.totals import (
    MEASURE_INDEXES,
    TOO_UNCLEAR,
    CountedFace,
    Totals,
    add_face,
    cluster_as_one,
    empty_totals,
)
from db.counts.tracks import CountedPerson, list_units

# Totals in memory, of some kilobytes each: those of the last hours.
MOST_KEPT = 200


class LiveCounts:
    """What a source shows in a quarter of an hour counts as one picture, like that of a video."""

    def __init__(self, dimension_set: str, zone: tzinfo) -> None:
        self._dimension_set = dimension_set
        self._spelling = Tally(zone)
        self._totals: dict[CellKey, Totals] = {}
        self._taken: dict[CellKey, Totals] = {}
        self._changed: set[CellKey] = set()

    def add_frame(self, faces: Iterable[CountedFace], at: datetime) -> None:
        for face in faces:
            self._add(Unit.FRAME, face, at)

    def add_person(self, person: CountedPerson, first_seen: datetime) -> None:
        for unit, face in list_units(person):
            self._add(unit, face, first_seen)

    def add_measure(self, measure: str, count: int, at: datetime) -> None:
        """Something else that people did, or that is known of them."""
        if count:
            cell_key = CellKey(self._dimension_set, self._spelling.spell(at), Unit.TRACK)
            self._under(cell_key)[MEASURE_INDEXES[measure]] += count

    def _add(self, unit: Unit, face: CountedFace, at: datetime) -> None:
        cell_key = CellKey(self._dimension_set, self._spelling.spell(at), unit)
        totals = self._under(cell_key)
        if face.judged:
            add_face(totals, face)
        else:
            totals[MEASURE_INDEXES[TOO_UNCLEAR]] += face.weight

    def _under(self, cell_key: CellKey) -> Totals:
        self._changed.add(cell_key)
        return self._totals.setdefault(cell_key, empty_totals())

    def take(self) -> Tally:
        """What was added since the last call."""
        tally = Tally(self._spelling.zone)
        for cell_key in sorted(self._changed):
            totals = self._totals[cell_key]
            if cell_key.unit not in DWELL_UNITS:
                cluster_as_one(totals)
            tally.under(cell_key)[:] = totals - self._taken.get(cell_key, 0)
            self._taken[cell_key] = totals.copy()
        self._changed.clear()
        self._forget_old()
        return tally

    def _forget_old(self) -> None:
        """Quarters of an hour that are over; who is counted in one later is a picture more."""
        for cell_key in list(self._totals)[: max(0, len(self._totals) - MOST_KEPT)]:
            del self._totals[cell_key], self._taken[cell_key]
