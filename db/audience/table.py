"""The audience table: who was there, and how much of what was submitted it rests on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from db.audience.evaluated_packs import require_pack
from db.audience.funnel import Funnel, read_funnel
from db.audience.grouping import AudienceGroup, Grouping, add_screen_time
from db.audience.people_range import PeopleRange
from db.audience.screen_time import ScreenTime, measure_screen_time
from db.counts.periods import CYCLES, list_cycle
from db.counts.tally import Unit
from db.counts.totals import (
    AGES,
    TOO_UNCLEAR,
    Totals,
    empty_totals,
    faces_of,
    measure_of,
)
from db.counts.zone_counts import ANY_ZONE, ZONE_DIMENSION
from db.slices.disclosure import Disclosure
from db.slices.queries import (
    COUNTED_UNITS,
    FACES,
    FEWEST_PEOPLE,
    MOST_PEOPLE,
    AudienceQuery,
)
from db.slices.slices import SliceKey, Slices, read_all_slices
from db.states import Count
from models.statistics.confusion import OLDEST
from models.statistics.shares import Share

ADULT_AGE = 18
Counted: TypeAlias = dict[SliceKey, Totals]
# Less than any share of a face.
TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Audience:
    """The table with its funnel and its totals; None for what is withheld."""

    funnel: Funnel
    faces: int | None
    too_unclear: int | None  # found, but too unclear to be judged, and not counted
    unknown_gender_share: Share | None
    under_18_share: Share | None
    median_age: float | None
    mean_age: float | None
    design_effect: float | None
    screen_time: ScreenTime | None  # where seconds are counted
    people: PeopleRange | None  # where people are linked
    groups: tuple[AudienceGroup, ...]

    @property
    def groups_withheld(self) -> int:
        return sum(group.faces is None for group in self.groups)


def read_audiences(session: Session, queries: Sequence[AudienceQuery]) -> list[Audience]:
    """Several tables of the same faces, sliced and grouped in different ways.

    Raises AudienceTooLarge, and CalibrationError where the evaluation cannot correct shares.
    """
    first = queries[0]
    if first.calibration is not None:
        require_pack(session, first.slices, first.calibration)
    counted = {unit for query in queries for unit in _list_units(query.count)}
    units = tuple(unit for unit in Unit if unit in counted or unit in FACES)
    found = read_all_slices(session, [replace(query.slices, units=units) for query in queries])
    outcomes = _add(_add_up(one, FACES) for one in found[0].values())
    funnel = read_funnel(session, first.slices, outcomes, Disclosure(first.min_cell))
    return [tabulate(*pair, funnel) for pair in zip(queries, found, strict=True)]


def _list_units(count: Count) -> set[Unit]:
    bounds = (FEWEST_PEOPLE, MOST_PEOPLE) if count is Count.PEOPLE else ()
    return {*COUNTED_UNITS[count], *chain.from_iterable(bounds)}


def tabulate(query: AudienceQuery, slices: Slices, funnel: Funnel) -> Audience:
    """The table of slices that were counted as the query says; raises AudienceTooLarge."""
    if query.count is Count.SECONDS:
        return _make_timed(query, slices, funnel)
    counted = {key: _add_up(found, COUNTED_UNITS[query.count]) for key, found in slices.items()}
    audience = _tabulate_faces(query, counted, funnel)
    if query.count is Count.PEOPLE and any(Unit.LINKED in found for found in slices.values()):
        return _add_ranges(query, audience, counted, slices)
    return audience


def _add_ranges(
    query: AudienceQuery, audience: Audience, counted: Counted, slices: Slices
) -> Audience:
    """With how many people there may be, in all and in each group."""
    everything = _add(counted.values())
    grouping, disclosure = (
        Grouping(replace(query, min_cell=1), everything),
        Disclosure(query.min_cell),
    )
    rows, totals = [], []
    for units in (COUNTED_UNITS[Count.PEOPLE], FEWEST_PEOPLE, MOST_PEOPLE):
        found = {key: _add_up(one, units) for key, one in slices.items()}
        totals.append(int(faces_of(_add(found.values())).sum()))
        rows.append(list(chain.from_iterable(grouping.count_groups(_cut(query, found).values()))))
    people, *bounds = totals
    return replace(
        audience,
        people=PeopleRange.of(people, (bounds[0], bounds[1]), disclosure),
        groups=tuple(
            replace(group, people=PeopleRange.of(count, (fewest, most), disclosure))
            for group, count, fewest, most in zip(audience.groups, *rows, strict=True)
        ),
    )


def _tabulate_faces(query: AudienceQuery, counted: Counted, funnel: Funnel) -> Audience:
    counted, everything = _set_apart(query, counted)
    counted = _cut(query, counted)
    grouping = Grouping(query, everything)
    faces = faces_of(everything)
    return Audience(
        funnel=funnel,
        faces=grouping.faces,
        too_unclear=Disclosure(query.min_cell).publish_faces(measure_of(everything, TOO_UNCLEAR)),
        unknown_gender_share=grouping.share(int(faces[-1].sum()), "gender"),
        under_18_share=grouping.share(int(faces[:, :ADULT_AGE].sum()), "age"),
        median_age=grouping.average(find_median_age),
        mean_age=grouping.average(find_mean_age),
        design_effect=None if grouping.faces is None else round(grouping.design_effect, 2),
        screen_time=None,
        people=None,
        groups=tuple(grouping.list_groups(counted)),
    )


def _set_apart(query: AudienceQuery, counted: Counted) -> tuple[Counted, Totals]:
    """The rows, and what they are shares of: their sum, except that of zones, which may overlap, it
    is what was in any of them."""
    if query.slices.is_by_zone:
        at = query.slices.by_dimensions.index(ZONE_DIMENSION)
        anywhere = [totals for (values, _), totals in counted.items() if values[at] == ANY_ZONE]
        rows = {key: totals for key, totals in counted.items() if key[0][at] != ANY_ZONE}
        return rows, _add(anywhere)
    return counted, _add(counted.values())


def _cut(query: AudienceQuery, counted: Counted) -> Counted:
    """A query that cuts nothing has one slice, with or without faces."""
    period = query.slices.by_period
    if query.fills_cycle and query.calibration is None and period in CYCLES:
        return _fill_cycle(query, counted, list_cycle(period))
    if query.slices.by_dimensions or query.slices.by_period:
        return counted
    return {((), None): _add(counted.values())}


def _fill_cycle(query: AudienceQuery, counted: Counted, periods: Sequence[str]) -> Counted:
    """All periods of a cycle for each of the dimension values, and then what has no time."""
    found: defaultdict[tuple[str | None, ...], Counted] = defaultdict(dict)
    if not query.slices.by_dimensions:
        found[()] = {}
    for (values, period), totals in counted.items():
        found[values][values, period] = totals
    filled: Counted = {}
    for values, known in found.items():
        filled |= {(values, name): known.get((values, name), empty_totals()) for name in periods}
        filled |= known
    return filled


def _make_timed(query: AudienceQuery, slices: Slices, funnel: Funnel) -> Audience:
    """The people of videos, with the time in which they are visible, and shares of that."""
    keys = [key for key, found in slices.items() if Unit.TRACK in found]
    by_unit, everything = {}, {}
    for unit in COUNTED_UNITS[Count.SECONDS]:
        of_unit = {key: slices[key].get(unit, empty_totals()) for key in keys}
        rows, everything[unit] = _set_apart(query, of_unit)
        by_unit[unit] = _cut(query, rows)
    exact = replace(query, min_cell=1)
    grouping = Grouping(exact, everything[Unit.VISIBLE], like=everything[Unit.TRACK])
    counts = {
        unit: list(chain.from_iterable(grouping.count_groups(counted.values())))
        for unit, counted in by_unit.items()
    }
    people = {key: slices[key][Unit.TRACK] for key in keys}
    audience = _tabulate_faces(query, people, funnel)
    timed = zip(audience.groups, grouping.list_groups(by_unit[Unit.VISIBLE]), strict=True)
    disclosure = Disclosure(query.min_cell)
    return replace(
        audience,
        screen_time=measure_screen_time(
            {unit: int(faces_of(one).sum()) for unit, one in everything.items()}, disclosure
        ),
        groups=tuple(
            add_screen_time(*pair, {unit: counts[unit][index] for unit in by_unit}, disclosure)
            for index, pair in enumerate(timed)
        ),
    )


def _add_up(found: Mapping[Unit, Totals], units: Sequence[Unit]) -> Totals:
    return _add(found[unit] for unit in units if unit in found)


def _add(totals: Iterable[Totals]) -> Totals:
    return sum(totals, empty_totals())


def find_mean_age(faces: NDArray[np.int64]) -> float:
    """`faces` (ages,) are counts by whole years."""
    return float(faces @ AGES / faces.sum())


def find_median_age(faces: NDArray[np.int64]) -> float:
    """The age of the middle face: faces are assumed to be spread evenly within a year, and a median
    between two years is their midpoint."""
    half, below, ages = faces.sum() / 2, [0, *np.cumsum(faces)], np.arange(OLDEST + 2) - 0.5
    return float(np.interp([half - TINY, half + TINY], below, ages).mean())
