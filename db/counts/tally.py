"""Counting: what one transaction adds to the counts of a job, by dimension set, local time and
unit."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from db.counts.dimension_sets import spell_dimensions
from db.counts.periods import spell_moment
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
from db.job_values import JobOptions


class Unit(StrEnum):
    """What is counted. Faces are in pictures and frames; people are in pictures and tracks.

    Of people in videos there are also their tenths of a second, and how many were visible how long.
    """

    PICTURE = "picture"  # a face in a picture
    FRAME = "frame"  # a face in a frame of a video
    TRACK = "track"  # a person in a video
    # What makes people of the two above in a job whose people are linked: as is likeliest, and as
    # it might be with more faces linked, or fewer.
    LINKED = "linked"
    LINKED_LOOSE = "linked_loose"
    LINKED_STRICT = "linked_strict"
    VISIBLE = "visible"  # a tenth of a second in which a person in a video is visible
    FACING = "facing"  # a tenth of a second in which they face the camera
    DWELL_0 = "dwell_0"  # a person in a video who is visible for at most half a second
    DWELL_1 = "dwell_1"  # for at most twice as long, and so on
    DWELL_2 = "dwell_2"
    DWELL_3 = "dwell_3"
    DWELL_4 = "dwell_4"
    DWELL_5 = "dwell_5"
    DWELL_6 = "dwell_6"
    DWELL_7 = "dwell_7"
    DWELL_8 = "dwell_8"
    DWELL_9 = "dwell_9"  # for longer than all these


TENTHS_PER_SECOND = 10
DWELL_UNITS = tuple(unit for unit in Unit if unit.startswith("dwell_"))
# The longest time of each of them but the last.
DWELL_SECONDS = tuple(0.5 * 2**index for index in range(len(DWELL_UNITS) - 1))


def dwell_unit_of(seconds: float) -> Unit:
    return DWELL_UNITS[bisect_left(DWELL_SECONDS, seconds)]


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """Under what something is counted; `quarter_hour` is as `spell_moment` spells it."""

    dimension_set: str
    quarter_hour: str
    unit: Unit


class Tally:
    """Totals by cell key, counted up before they are recorded, in the time zone of their job."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.zone = zone
        self.totals: dict[CellKey, Totals] = {}

    def at(
        self, dimensions: Mapping[str, str], captured_at: datetime | None, unit: Unit = Unit.PICTURE
    ) -> Totals:
        """The totals of what has these dimensions and this time, to add to."""
        return self.under(CellKey(spell_dimensions(dimensions), self.spell(captured_at), unit))

    def spell(self, start: datetime | None, seconds: float = 0.0) -> str:
        """The quarter of an hour some seconds after a start."""
        moment = start and start + timedelta(seconds=seconds)
        return spell_moment(moment, self.zone)

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


def tally_results(
    results: Sequence[ItemResult], options: JobOptions, gender_min_probability: float
) -> Tally:
    """Count the outcomes of the items of a chunk, and the faces found in them."""
    tally = Tally(options.zone)
    for result in results:
        dimensions, captured_at = result.item.dimensions, result.item.captured_at
        if result.error is not None:
            tally.add_failure(dimensions, captured_at, result.error.code)
            continue
        totals = tally.at(dimensions, captured_at)
        add_outcome(totals, DONE)
        is_duplicate = result.duplicate_of is not None
        add_outcome(totals, DUPLICATES, int(is_duplicate))
        counts_elsewhere = is_duplicate and options.counts_once
        add_outcome(totals, WITHOUT_FACES, int(not result.faces and not counts_elsewhere))
        add_dropped(totals, result.dropped)
        add_picture(totals, [count_face(face, gender_min_probability) for face in result.faces])
    return tally
