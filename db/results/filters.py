"""Which results are wanted, as conditions on items, faces and tracks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists

from db.states import ItemState
from db.tables import FaceRow, ItemRow, JobRow

# An erased job is gone for readers at once, though its rows are removed a piece at a time.
NOT_ERASED = ~exists().where(JobRow.id == ItemRow.job_id, JobRow.erasing_at.is_not(None))


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Which lines of a job's results are wanted. Age is in whole years, both ends included.

    Where one of the face conditions is given, items without such a face are left out, and so are
    the other faces of those that stay.
    """

    state: ItemState | None = None
    gender: str | None = None
    age_min: int | None = None
    age_max: int | None = None
    score_min: float | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)

    def face_conditions(self) -> list[ColumnElement[bool]]:
        conditions = []
        if self.gender is not None:
            conditions.append(FaceRow.gender == self.gender)
        if self.age_min is not None:
            conditions.append(FaceRow.age >= self.age_min)
        if self.age_max is not None:
            conditions.append(FaceRow.age <= self.age_max)
        if self.score_min is not None:
            conditions.append(FaceRow.score >= self.score_min)
        return conditions

    def item_conditions(self) -> list[ColumnElement[bool]]:
        conditions = [
            ItemRow.dimensions[name].as_string() == value for name, value in self.dimensions.items()
        ]
        if self.state is ItemState.FAILED:
            # As the index of failures says it.
            conditions.append(ItemRow.error_code.is_not(None))
        elif self.state is not None:
            conditions.append(ItemRow.state == self.state)
        if faces := self.face_conditions():
            conditions.append(exists().where(FaceRow.item_id == ItemRow.id, *faces))
            conditions.append(ItemRow.state == ItemState.DONE)
        return conditions
