"""Which results are wanted, as conditions on items, faces and tracks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists

from db.quality import ANY_QUALITY, QualityFilter
from db.states import ItemState
from db.tables.faces import EstimateColumns, FaceRow
from db.tables.items import ItemRow
from db.tables.jobs import JobRow
from db.tables.videos import TrackRow

# Readers no longer see an erased job, even while its rows are being removed.
NOT_ERASED = ~exists().where(JobRow.id == ItemRow.job_id, JobRow.erasing_at.is_not(None))


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Which of a job's results are wanted. Age is in whole years, both ends included.

    A condition on gender, age, score, quality or pose leaves out items without such a face, and the
    other faces of the items that remain. One on age leaves out faces that are not judged.
    """

    state: ItemState | None = None
    gender: str | None = None
    age_min: int | None = None
    age_max: int | None = None
    score_min: float | None = None
    quality: QualityFilter = ANY_QUALITY
    dimensions: Mapping[str, str] = field(default_factory=dict)
    # A part of the item's name, in upper or lower case.
    name: str | None = None
    # The number of the delivery that the results are written in, and where to look for them: from
    # a position up to but excluding another one.
    delivery: int | None = None
    span: tuple[int, int] | None = None

    def match_items(self) -> list[ColumnElement[bool]]:
        conditions = self._match_items_alone()
        if faces := self.match_faces():
            conditions.append(exists().where(FaceRow.item_id == ItemRow.id, *faces))
            conditions.append(ItemRow.state == ItemState.DONE)
        return conditions

    def match_faces(self) -> list[ColumnElement[bool]]:
        """For the faces of an item that matches; empty where all of them do."""
        return self._match_estimates(FaceRow)

    def match_tracks(self) -> list[ColumnElement[bool]]:
        """For tracks, joined with their items."""
        return [*self._match_items_alone(), *self._match_estimates(TrackRow)]

    def _match_items_alone(self) -> list[ColumnElement[bool]]:
        conditions = [
            ItemRow.dimensions[name].as_string() == value for name, value in self.dimensions.items()
        ]
        if self.name is not None:
            conditions.append(ItemRow.name.icontains(self.name, autoescape=True))
        if self.delivery is not None:
            conditions.append(ItemRow.delivery == self.delivery)
        if self.span is not None:
            start, stop = self.span
            conditions += [ItemRow.position >= start, ItemRow.position < stop]
        if self.state is ItemState.FAILED:
            # In the words of the index of failures.
            conditions.append(ItemRow.error_code.is_not(None))
        elif self.state is not None:
            conditions.append(ItemRow.state == self.state)
        return conditions

    def _match_estimates(self, table: type[EstimateColumns]) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if self.gender is not None:
            conditions.append(table.gender == self.gender)
        if (self.age_min, self.age_max) != (None, None):
            conditions.append(table.judged.is_(True))
        if self.age_min is not None:
            conditions.append(table.age >= self.age_min)
        if self.age_max is not None:
            conditions.append(table.age <= self.age_max)
        if self.score_min is not None:
            conditions.append(table.score >= self.score_min)
        return [*conditions, *self.quality.match(table)]
