"""Looks at each content, as the slices of an audience.

A face in a photograph counts once for what ran at its time. A person in a video or in front of a
live source counts once for each content that ran while they were seen, with their seconds in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
from db.playlists.looks import Looks, People
from db.playlists.spots import Spots, Whole
from db.slices.slices import Slices
from models.statistics.confusion import PREDICTED_GENDERS

QUARTER_MS = QUARTER_MINUTES * 60_000
MS_PER_TENTH = 100
FEMALE = PREDICTED_GENDERS.index("female")


@dataclass(frozen=True, slots=True)
class Views:
    """A row of each column for each content that a person saw, with when they first did."""

    people: People
    person: Whole
    content: Whole
    first_ms: Whole
    visible_ms: Whole
    facing_ms: Whole
    # The people who saw any, and those who were there between the first and the last spot and saw
    # none; of these, only who is judged.
    viewers: int
    others: int


def join_spots(looks: Looks, spots: Spots, contents: int) -> Views:
    """Who saw what; `contents` is how many there are."""
    found = spots.find(looks.screen, looks.at_ms)
    is_seen = (found >= 0) & (looks.screen >= 0)
    person, content = looks.person[is_seen], spots.content[found[is_seen]]
    pairs, of_pair = np.unique(person * contents + content, return_inverse=True)
    first_ms = np.full(len(pairs), np.iinfo(np.int64).max)
    np.minimum.at(first_ms, of_pair, looks.at_ms[is_seen])
    visible, facing = (
        np.bincount(of_pair, weights=ms[is_seen], minlength=len(pairs)).astype(np.int64)
        for ms in (looks.visible_ms, looks.facing_ms)
    )
    is_while = (looks.at_ms >= spots.start_ms.min()) & (looks.at_ms < spots.stop_ms.max())
    viewers, everybody = (
        int(looks.people.judged[np.unique(one)].sum()) for one in (person, looks.person[is_while])
    )
    return Views(
        people=looks.people,
        person=pairs // contents,
        content=pairs % contents,
        first_ms=first_ms,
        visible_ms=visible,
        facing_ms=facing,
        viewers=viewers,
        others=everybody - viewers,
    )


def slice_views(views: Views, contents: Sequence[str], units: Sequence[Unit]) -> Slices:
    """The totals of each content, also of those that nobody saw."""
    clusters = _number_clusters(views)
    # Links are of a whole job: here each view counts by itself.
    units = [unit for unit in units if unit is not Unit.LINKED]
    found = {unit: _count(views, unit, len(contents), clusters) for unit in units}
    return {
        ((content,), None): {unit: found[unit][index] for unit in units}
        for index, content in enumerate(contents)
    }


def _number_clusters(views: Views) -> Whole:
    """What is alike: the faces of a picture, and the people of a quarter of an hour of a video."""
    sources, source = np.unique(views.people.source[views.person], return_inverse=True)
    quarters, quarter = np.unique(views.first_ms // QUARTER_MS, return_inverse=True)
    keys = (views.content * len(sources) + source) * len(quarters) + quarter
    numbers: Whole = np.unique(keys, return_inverse=True)[1]
    return numbers


def _count(views: Views, unit: Unit, contents: int, clusters: Whole) -> Whole:
    """(contents, LENGTH): the totals of each content in a unit."""
    people, weight = views.people, _weigh(views, unit)
    totals = np.zeros((contents, LENGTH), dtype=np.int64)
    is_judged = people.judged[views.person]
    if unit in (Unit.PICTURE, Unit.TRACK):
        unclear = views.content[~is_judged & (weight > 0)]
        totals[:, MEASURE_INDEXES[TOO_UNCLEAR]] = np.bincount(unclear, minlength=contents)
    counts = np.flatnonzero(is_judged & (weight > 0))
    person, content, weight = views.person[counts], views.content[counts], weight[counts]
    gender, age = people.gender[person], people.age[person]
    cells = np.zeros((contents, *CELLS_SHAPE), dtype=np.int64)
    masses = np.stack(
        [np.ones_like(person), people.female_milli[person], people.width_years[person]]
    )
    np.add.at(cells, (content, gender, age), (masses * weight).T)
    totals[:, :CELLS] = cells.reshape(contents, CELLS)
    if unit not in DWELL_UNITS:
        sums = [weight, weight * (gender == FEMALE), weight * age]
        totals[:, CLUSTER_INDEXES] = _cluster(clusters[counts], content, sums, contents)
    return totals


def _weigh(views: Views, unit: Unit) -> Whole:
    """How many each row counts as; 0 where it is not of this unit."""
    is_track = views.people.is_track[views.person]
    if unit is Unit.PICTURE:
        return np.where(is_track, 0, 1)
    if unit is Unit.TRACK:
        return np.where(is_track, 1, 0)
    if unit in (Unit.VISIBLE, Unit.FACING):
        ms = views.visible_ms if unit is Unit.VISIBLE else views.facing_ms
        return np.where(is_track, np.round(ms / MS_PER_TENTH).astype(np.int64), 0)
    classes = np.searchsorted(DWELL_SECONDS, views.visible_ms / 1000)
    return np.where(is_track & (classes == DWELL_UNITS.index(unit)), 1, 0)


def _cluster(clusters: Whole, content: Whole, sums: Sequence[Whole], contents: int) -> Whole:
    """For each content, the sums of `CLUSTERS` over its clusters."""
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
    summed = np.zeros((contents, len(columns)), dtype=np.int64)
    np.add.at(summed, content[first], np.stack(columns, axis=1))
    return summed
