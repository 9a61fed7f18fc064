"""Counting: what one transaction adds to the counts of a job, by dimension set, day and unit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from db.counts.totals import (
    DONE,
    DUPLICATES,
    FAILED,
    WITHOUT_FACES,
    Totals,
    add_dropped,
    add_outcome,
    add_picture,
    count_face,
    empty_totals,
)
from db.item_values import ItemResult
from db.job_values import Duplicates


class Unit(StrEnum):
    """What is counted. Faces are in pictures and frames; people are in pictures and tracks."""

    PICTURE = "picture"  # a face in a picture
    FRAME = "frame"  # a face in a frame of a video
    TRACK = "track"  # a person in a video


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """Under what something is counted; the day is "" where it is unknown."""

    dimension_set: str
    day: str
    unit: Unit


class Tally:
    """Totals by cell key, counted up before they are recorded."""

    def __init__(self) -> None:
        self.totals: dict[CellKey, Totals] = {}

    def at(
        self, dimensions: Mapping[str, str], captured_at: datetime | None, unit: Unit = Unit.PICTURE
    ) -> Totals:
        """The totals of items with these dimensions and this day, to add to."""
        return self.under(CellKey(spell_dimensions(dimensions), day_of(captured_at), unit))

    def add_failure(
        self, dimensions: Mapping[str, str], captured_at: datetime | None, code: str
    ) -> None:
        """Count an item that failed."""
        add_outcome(self.at(dimensions, captured_at), f"{FAILED}{code}")

    def under(self, cell_key: CellKey) -> Totals:
        totals = self.totals.get(cell_key)
        if totals is None:
            totals = self.totals[cell_key] = empty_totals()
        return totals


def spell_dimensions(dimensions: Mapping[str, str]) -> str:
    """The only spelling of a dimension set: JSON with sorted keys, empty for no dimensions."""
    return json.dumps(dimensions, sort_keys=True, ensure_ascii=False) if dimensions else ""


def day_of(captured_at: datetime | None) -> str:
    """The UTC day, empty where it is unknown."""
    return "" if captured_at is None else captured_at.astimezone(UTC).date().isoformat()


def tally_results(
    results: Sequence[ItemResult], duplicates: Duplicates, gender_min_probability: float
) -> Tally:
    """Count the outcomes of the items of a chunk, and the faces found in them."""
    tally = Tally()
    for result in results:
        dimensions, captured_at = result.item.dimensions, result.item.captured_at
        if result.error is not None:
            tally.add_failure(dimensions, captured_at, result.error.code)
            continue
        totals = tally.at(dimensions, captured_at)
        add_outcome(totals, DONE)
        is_duplicate = result.duplicate_of is not None
        add_outcome(totals, DUPLICATES, int(is_duplicate))
        counts_elsewhere = is_duplicate and duplicates is Duplicates.ONCE
        add_outcome(totals, WITHOUT_FACES, int(not result.faces and not counts_elsewhere))
        add_dropped(totals, result.dropped)
        add_picture(totals, [count_face(face, gender_min_probability) for face in result.faces])
    return tally
