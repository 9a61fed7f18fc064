"""People who are linked across pictures and shots: one person for all that shows them, of the age
and gender that all their faces vote for, as in the audience of their job."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from db.presence.columns import MOST_LINKED, Column, ColumnReader
from db.presence.people import People, Whole
from db.states import ItemState
from db.tables.faces import FaceRow
from db.tables.items import ItemRow
from db.tables.videos import TrackRow
from models.people.voting import Estimates, vote
from models.statistics.confusion import OLDEST, PREDICTED_GENDERS

FEMALE, MALE, UNKNOWN = (PREDICTED_GENDERS.index(one) for one in ("female", "male", "unknown"))


@dataclass(frozen=True, slots=True)
class Linked:
    """A row for each person, and for each of those that were linked which of these they are."""

    people: People
    numbers: Whole

    def count_judged(self, indexes: Whole) -> int:
        """How many people those with these indexes are, of whom only the judged count."""
        return self.people.count_judged(self.numbers[indexes])


@dataclass(frozen=True, slots=True)
class Voted:
    """What the faces of each person vote for; `linked` are the numbers of people, in order."""

    linked: Whole
    female: NDArray[np.float64]
    age: Whole
    width_years: Whole


def link_people(session: Session, people: People, gender_min_probability: float) -> Linked:
    """Who these people are; raises AudienceTooLarge."""
    jobs = list_linked_jobs(people)
    if not jobs:
        return Linked(people, np.arange(len(people)))
    return _merge(people, _read_votes(session, jobs), gender_min_probability)


def list_linked_jobs(people: People) -> list[int]:
    """The jobs that linked any of these people, in order."""
    linked = people.linked[people.linked > 0]
    jobs: list[int] = np.unique(linked // MOST_LINKED).tolist()
    return jobs


def _read_votes(session: Session, jobs: list[int]) -> Voted:
    reader = ColumnReader(session)
    parts = [_read_members(reader, table, jobs) for table in (FaceRow, TrackRow)]
    of_jobs, person, quality, *estimates = (np.concatenate(one) for one in zip(*parts, strict=True))
    linked, labels = np.unique(of_jobs * MOST_LINKED + person, return_inverse=True)
    voted = vote(
        labels, Estimates(*(one.astype(float) for one in estimates)), quality.astype(float)
    )
    return Voted(
        linked,
        voted.female,
        np.minimum(np.floor(voted.years + 0.5), OLDEST).astype(np.int64),
        (np.round(voted.high) - np.round(voted.low)).astype(np.int64),
    )


def _read_members(
    reader: ColumnReader, table: type[FaceRow | TrackRow], jobs: list[int]
) -> list[Column]:
    """The faces of pictures, or the tracks of videos, that are of linked people."""
    in_pictures: ColumnElement[bool] = FaceRow.frame.is_(None) if table is FaceRow else true()
    query = (
        select(
            ItemRow.job_id,
            table.person,
            table.quality,
            table.female,
            table.age_years,
            table.age_low,
            table.age_high,
        )
        .join(table, table.item_id == ItemRow.id)
        .where(
            ItemRow.job_id.in_(jobs),
            ItemRow.state == ItemState.DONE,
            table.person.is_not(None),
            in_pictures,
        )
    )
    return reader.read(query)


def _merge(people: People, voted: Voted, gender_min_probability: float) -> Linked:
    apart = -1 - np.arange(len(people))
    keys, firsts, numbers = np.unique(
        np.where(people.linked > 0, people.linked, apart), return_index=True, return_inverse=True
    )
    merged = People(*(getattr(people, one.name)[firsts] for one in fields(People)))
    is_linked = keys > 0
    at = np.searchsorted(voted.linked, keys[is_linked])
    gender, age = merged.gender.copy(), merged.age.copy()
    female_milli, width_years = merged.female_milli.copy(), merged.width_years.copy()
    female = voted.female[at]
    gender[is_linked] = np.where(
        np.maximum(female, 1 - female) < gender_min_probability,
        UNKNOWN,
        np.where(female >= 0.5, FEMALE, MALE),
    )
    age[is_linked], width_years[is_linked] = voted.age[at], voted.width_years[at]
    female_milli[is_linked] = np.round(1000 * female).astype(np.int64)
    judged = replace(
        merged, gender=gender, age=age, female_milli=female_milli, width_years=width_years
    )
    return Linked(judged, numbers)
