"""Presences as the slices of an audience.

A face in a picture counts once. A person in a video or in front of a live source counts once for
each category, a content or a zone, with their seconds in it; where people are linked, once for all
that shows them.
"""

from collections.abc import Sequence

import numpy as np

from db.counts.periods import QUARTER_MINUTES
from db.counts.tally import DWELL_SECONDS, DWELL_UNITS, Unit
from db.counts.totals import (
    CELLS,
    CELLS_SHAPE,
    CLUSTER_INDEXES,
    LENGTH,
    MEASURE_INDEXES,
    TOO_UNCLEAR,
)
from db.presence.people import Whole
from db.presence.presences import Presences
from db.slices.slices import Slices
from models.statistics.confusion import PREDICTED_GENDERS

QUARTER_MS = QUARTER_MINUTES * 60_000
MS_PER_TENTH = 100
FEMALE = PREDICTED_GENDERS.index("female")


def slice_presences(
    presences: Presences, categories: Sequence[str], units: Sequence[Unit]
) -> Slices:
    """The totals of each category, also of those that nobody was there for."""
    clusters = _number_clusters(presences)
    # Cells add links to what is counted without them; here they are in the people already.
    units = [unit for unit in units if unit is not Unit.LINKED]
    found = {unit: _count(presences, unit, len(categories), clusters) for unit in units}
    return {
        ((category,), None): {unit: found[unit][index] for unit in units}
        for index, category in enumerate(categories)
    }


def _number_clusters(presences: Presences) -> Whole:
    """What is alike: the faces of a picture, and the people of a quarter of an hour of a video."""
    sources, source = np.unique(presences.people.source[presences.person], return_inverse=True)
    quarters, quarter = np.unique(presences.first_ms // QUARTER_MS, return_inverse=True)
    keys = (presences.category * len(sources) + source) * len(quarters) + quarter
    numbers: Whole = np.unique(keys, return_inverse=True)[1]
    return numbers


def _count(presences: Presences, unit: Unit, categories: int, clusters: Whole) -> Whole:
    """(categories, LENGTH): the totals of each category in a unit."""
    people, weight = presences.people, _weigh(presences, unit)
    totals = np.zeros((categories, LENGTH), dtype=np.int64)
    is_judged = people.judged[presences.person]
    if unit in (Unit.PICTURE, Unit.TRACK):
        unclear = presences.category[~is_judged & (weight > 0)]
        totals[:, MEASURE_INDEXES[TOO_UNCLEAR]] = np.bincount(unclear, minlength=categories)
    counts = np.flatnonzero(is_judged & (weight > 0))
    person, category, weight = presences.person[counts], presences.category[counts], weight[counts]
    gender, age = people.gender[person], people.age[person]
    cells = np.zeros((categories, *CELLS_SHAPE), dtype=np.int64)
    masses = np.stack(
        [np.ones_like(person), people.female_milli[person], people.width_years[person]]
    )
    np.add.at(cells, (category, gender, age), (masses * weight).T)
    totals[:, :CELLS] = cells.reshape(categories, CELLS)
    if unit not in DWELL_UNITS:
        sums = [weight, weight * (gender == FEMALE), weight * age]
        totals[:, CLUSTER_INDEXES] = _cluster(clusters[counts], category, sums, categories)
    return totals


def _weigh(presences: Presences, unit: Unit) -> Whole:
    """How many each row counts as; 0 where it is not of this unit."""
    is_track = presences.is_track
    if unit is Unit.PICTURE:
        return np.where(is_track, 0, 1)
    if unit is Unit.TRACK:
        return np.where(is_track, 1, 0)
    if unit in (Unit.VISIBLE, Unit.FACING):
        ms = presences.visible_ms if unit is Unit.VISIBLE else presences.facing_ms
        return np.where(is_track, np.round(ms / MS_PER_TENTH).astype(np.int64), 0)
    classes = np.searchsorted(DWELL_SECONDS, presences.visible_ms / 1000)
    return np.where(is_track & (classes == DWELL_UNITS.index(unit)), 1, 0)


def _cluster(clusters: Whole, category: Whole, sums: Sequence[Whole], categories: int) -> Whole:
    """For each category, the sums of `CLUSTERS` over its clusters."""
    found, first, of_row = np.unique(clusters, return_index=True, return_inverse=True)
    count, females, ages = (
        np.bincount(of_row, weights=one, minlength=len(found)).astype(np.int64) for one in sums
    )
    columns = (
        np.ones_like(count),
        count * count,
        females * females,
        count * females,
        ages * ages,
        count * ages,
    )
    summed = np.zeros((categories, len(columns)), dtype=np.int64)
    np.add.at(summed, category[first], np.stack(columns, axis=1))
    return summed
