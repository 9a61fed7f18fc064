"""The genders of many jobs at once, for a list of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.counts.tally import Unit
from db.slices.disclosure import Disclosure
from db.slices.queries import COUNTED_UNITS
from db.states import Count
from db.tables.audience import CellRow
from models.statistics.confusion import PREDICTED_GENDERS


@dataclass(frozen=True, slots=True)
class GenderSplit:
    """How many faces, or people, a job counts, by gender; None for what is withheld."""

    faces: int | None
    genders: Mapping[str, int | None]

    @property
    def female(self) -> float | None:
        """The share of females in percent."""
        faces = self.genders.get("female", 0)
        return None if faces is None or not self.faces else min(100.0, 100 * faces / self.faces)

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """Gender, start and width of each part of a bar, in percent of what is known."""
        known = {one: self.genders[one] or 0 for one in PREDICTED_GENDERS if self.genders.get(one)}
        whole, start, parts = sum(known.values()), 0.0, []
        for gender, faces in known.items():
            parts.append((gender, start, 100 * faces / whole))
            start += 100 * faces / whole
        return parts


def read_splits(
    session: Session, job_ids: Sequence[int], with_people: Collection[int], min_cell: int
) -> dict[int, GenderSplit]:
    """By job, where anyone was counted: people of the jobs `with_people`, faces of the others."""
    query = (
        select(CellRow.job_id, CellRow.unit, CellRow.gender, func.sum(CellRow.faces))
        .where(CellRow.job_id.in_(job_ids))
        .group_by(CellRow.job_id, CellRow.unit, CellRow.gender)
    )
    counts: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for job_id, unit, gender, faces in session.execute(query):
        if Unit(unit) in COUNTED_UNITS[Count.PEOPLE if job_id in with_people else Count.FACES]:
            counts[job_id][gender] += int(faces)
    disclosure = Disclosure(min_cell)
    return {
        job_id: GenderSplit(
            disclosure.publish_faces(sum(genders.values())),
            {gender: disclosure.publish_faces(faces) for gender, faces in genders.items()},
        )
        for job_id, genders in counts.items()
        if any(genders.values())
    }
