"""Step 7: who was there, with what the counts cannot say beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.audience.cells import Unit
from db.audience.disclosure import Disclosure
from db.audience.funnel import Funnel, read_funnel
from db.audience.grouping import (
    AudienceGroup,
    AudienceQuery,
    Grouping,
    find_mean_age,
    find_median_age,
)
from db.audience.slices import Slices, read_slices
from db.audience.totals import Totals, empty_totals, faces_of
from models.statistics.shares import Share

FACES = (Unit.PHOTO, Unit.FRAME)
PEOPLE = (Unit.PHOTO, Unit.TRACK)
ADULT_AGE = 18


@dataclass(frozen=True, slots=True)
class Audience:
    """The table, and how much of what was submitted it rests on; None is what is withheld."""

    funnel: Funnel
    faces: int | None
    unknown_gender_share: Share | None
    under_18_share: Share | None
    median_age: float | None
    mean_age: float | None
    design_effect: float | None
    groups: tuple[AudienceGroup, ...]

    @property
    def groups_withheld(self) -> int:
        return sum(group.faces is None for group in self.groups)


def read_audience(session: Session, query: AudienceQuery) -> Audience:
    """Count the faces asked for into the groups asked for.

    Raises AudienceTooLarge, and CalibrationError where the evaluation cannot tell.
    """
    [audience] = read_audiences(session, [query])
    return audience


def read_audiences(session: Session, queries: Sequence[AudienceQuery]) -> list[Audience]:
    """Several tables that group the same slices differently; raises as `read_audience` does."""
    first = queries[0]
    slices = read_slices(session, first.slices)
    outcomes = _add(_add_up(found, FACES) for found in slices.values())
    funnel = read_funnel(session, first.slices, outcomes, Disclosure(first.min_cell))
    return [_make_audience(query, slices, funnel) for query in queries]


def _make_audience(query: AudienceQuery, slices: Slices, funnel: Funnel) -> Audience:
    units = PEOPLE if query.counts_people else FACES
    counted = {key: _add_up(found, units) for key, found in slices.items()}
    everything = _add(counted.values())
    if not (query.slices.by_dimensions or query.slices.by_period):
        counted = {((), None): everything}
    grouping = Grouping(query, everything)
    faces = faces_of(everything)
    return Audience(
        funnel=funnel,
        faces=grouping.faces,
        unknown_gender_share=grouping.share(int(faces[-1].sum()), "gender"),
        under_18_share=grouping.share(int(faces[:, :ADULT_AGE].sum()), "age"),
        median_age=grouping.average(find_median_age),
        mean_age=grouping.average(find_mean_age),
        design_effect=None if grouping.faces is None else round(grouping.design_effect, 2),
        groups=tuple(grouping.list_groups(counted)),
    )


def _add_up(found: Mapping[Unit, Totals], units: Sequence[Unit]) -> Totals:
    return _add(found[unit] for unit in units if unit in found)


def _add(totals: Iterable[Totals]) -> Totals:
    return sum(totals, empty_totals())
