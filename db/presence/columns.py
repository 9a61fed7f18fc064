"""Very many faces and people, read as columns of numbers rather than as rows of objects."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, case, func
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.presence.people import People, Whole
from db.slices.queries import AudienceTooLarge
from db.tables.faces import FaceRow
from db.tables.videos import TrackRow
from models.statistics.confusion import OLDEST, PREDICTED_GENDERS

# In memory at once: with this many, an answer takes some seconds.
MOST_GLIMPSES = 3_000_000
ROWS_AT_ONCE = 5_000
MS_PER_SECOND = 1000
# More than there are linked people in a job.
MOST_LINKED = 1 << 20
Column: TypeAlias = NDArray[Any]


class ColumnReader:
    """Reads the columns of queries, of at most MOST_GLIMPSES in all."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read = 0

    def read(self, query: Select[*tuple[Any, ...]], *, counts: bool = True) -> list[Column]:
        """The rows as columns; raises AudienceTooLarge where they count as glimpses and are
        too many."""
        names = [one.name for one in query.selected_columns]
        parts: list[list[Column]] = []
        options = {"yield_per": ROWS_AT_ONCE}
        with self._session.connection().execute(query, execution_options=options) as rows:
            for part in rows.partitions():
                self.note(len(part) * counts)
                parts.append([_pack(one) for one in zip(*part, strict=True)])
        if not parts:
            return [np.zeros(0, dtype=np.int64) for _ in names]
        return [np.concatenate(one) for one in zip(*parts, strict=True)]

    def note(self, glimpses: int) -> None:
        """Raises AudienceTooLarge."""
        self._read += glimpses
        if self._read > MOST_GLIMPSES:
            raise AudienceTooLarge(
                f"There are more than {MOST_GLIMPSES:,} faces, which are counted one by one. "
                "Choose fewer jobs or a shorter time."
            )


def list_estimates(table: type[FaceRow | TrackRow]) -> tuple[ColumnElement[Any], ...]:
    """In the order that `make_people` takes."""
    width = (table.age_high - table.age_low).label("width_years")
    person = func.coalesce(table.person, 0).label("person")
    columns = (table.judged, number_gender(table.gender), table.age, table.female, width, person)
    return columns  # type: ignore[return-value]  # a column of a table is an element


def number_gender(gender: InstrumentedAttribute[str]) -> ColumnElement[int]:
    numbers = {name: index for index, name in enumerate(PREDICTED_GENDERS)}
    return case(numbers, value=gender).label("gender")


def make_people(
    sources: Column, jobs: Column, estimates: Sequence[Column], *, is_track: bool
) -> People:
    """`jobs` are those that people were linked in: nobody is compared across jobs."""
    judged, gender, age, female, width, person = estimates
    return People(
        source=sources,
        linked=np.where(person > 0, jobs * MOST_LINKED + person, 0),
        is_track=np.full(len(sources), is_track),
        judged=judged.astype(bool),
        gender=gender,
        age=np.minimum(age, OLDEST),
        female_milli=np.round(female * 1000).astype(np.int64),
        width_years=width,
    )


def find_people(known: tuple[Column, Column], asked: tuple[Column, Column]) -> Whole:
    """The indexes of people by their videos and numbers, -1 for those that are not known."""
    if not len(known[0]):
        return np.full(len(asked[0]), -1)
    places = np.unique(np.concatenate([known[0], asked[0]]), return_inverse=True)[1]
    numbers = np.concatenate([known[1], asked[1]])
    keys = places * (int(numbers.max()) + 1) + numbers
    of_known, of_asked = keys[: len(known[0])], keys[len(known[0]) :]
    order = np.argsort(of_known)
    at = np.minimum(np.searchsorted(of_known[order], of_asked), len(of_known) - 1)
    found: Whole = order[at]
    return np.where(of_known[found] == of_asked, found, -1)


def _pack(values: Sequence[Any]) -> Column:
    """Numbers as numbers, all else as objects."""
    kind = object if any(isinstance(one, str | bytes | None) for one in values[:1]) else None
    return np.array(values, dtype=kind)
