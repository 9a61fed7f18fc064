"""People as they are counted: once in a job, where and when they were seen first.

Counts of faces and tracks are recorded already. What is added here is the difference that makes
people of them, so that counts of jobs whose people are linked add up with those of others.
"""

from collections import defaultdict
from datetime import tzinfo

import numpy as np
from sqlalchemy.orm import Session

from db.counts.cells import read_cells
from db.counts.dimension_sets import spell_dimensions
from db.counts.grains import Grain
from db.counts.tally import CellKey, Tally, Unit
from db.counts.totals import (
    CLUSTER_INDEXES,
    LINKED_PEOPLE,
    MEASURE_INDEXES,
    CountedFace,
    add_picture,
    cells_of,
)
from db.people.faces import Linkable
from models.face import Gender, whole_years
from models.people.linking import Labels, People
from models.people.voting import Estimates, vote
from models.statistics.confusion import OLDEST


def tally_people(
    session: Session,
    job_id: int,
    zone: tzinfo,
    linkable: Linkable,
    people: People,
    gender_min_probability: float,
) -> Tally:
    """What to add to the counts of a job."""
    tally = Tally(zone)
    by_unit = {
        Unit.LINKED: people.likely,
        Unit.LINKED_LOOSE: people.loose,
        Unit.LINKED_STRICT: people.strict,
    }
    for unit, labels in by_unit.items():
        _add_people(tally, unit, linkable, labels, gender_min_probability)
    counted = read_cells(
        session,
        [job_id],
        by_dimensions=True,
        grain=Grain.QUARTER_HOUR,
        units=(Unit.PICTURE, Unit.TRACK),
    )
    for cell_key, totals in counted.totals.items():
        for unit in by_unit:
            linked = tally.under(CellKey(cell_key.dimension_set, cell_key.quarter_hour, unit))
            cells_of(linked)[:] -= cells_of(totals)
            linked[CLUSTER_INDEXES] -= totals[CLUSTER_INDEXES]
    return tally


def _add_people(
    tally: Tally, unit: Unit, linkable: Linkable, labels: Labels, gender_min_probability: float
) -> None:
    """Those who were first seen in one picture cluster there."""
    counted = _count_people(linkable, labels, gender_min_probability)
    groups: defaultdict[tuple[CellKey, int], list[CountedFace]] = defaultdict(list)
    _, firsts = np.unique(labels, return_index=True)
    for person, index in enumerate(firsts.tolist()):
        seen = linkable.seen[index]
        moment = tally.spell(seen.captured_at, seen.seconds)
        cell_key = CellKey(spell_dimensions(seen.dimensions), moment, unit)
        groups[cell_key, seen.item_id].append(counted[person])
    for (cell_key, _), faces in groups.items():
        totals = tally.under(cell_key)
        add_picture(totals, faces)
        totals[MEASURE_INDEXES[LINKED_PEOPLE]] += len(faces)


def _count_people(
    linkable: Linkable, labels: Labels, gender_min_probability: float
) -> list[CountedFace]:
    seen = linkable.seen
    estimates = [[one.female, one.years, one.low, one.high] for one in seen]
    values = np.array(estimates, np.float64).reshape(-1, 4).T
    voted = vote(labels, Estimates(*values), np.array([one.quality for one in seen]))
    columns = (voted.female, voted.years, voted.low, voted.high)
    rows = zip(*(one.tolist() for one in columns), strict=True)
    return [
        CountedFace(
            judged=True,
            gender=Gender(min(female, 1.0)).value(gender_min_probability),
            age=min(whole_years(years), OLDEST),
            female_milli=round(female * 1000),
            width_years=round(high) - round(low),
        )
        for female, years, low, high in rows
    ]
