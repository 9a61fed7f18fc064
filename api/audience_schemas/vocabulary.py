"""Tags and dimensions: the words that audiences and jobs can be filtered and grouped by."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.fields import Number, Strict, Text
from db.audience.dimensions import Dimension, DimensionValue
from db.counts.tags import TagUse


class DimensionsQuery(Strict):
    """Whose dimensions to list, and how many values of each."""

    job: Number | None = None
    tag: Text | None = None
    limit: int = Field(100, ge=1, le=10_000)


class DimensionOut(BaseModel):
    """A dimension with its values, those of most items first.

    `items` are those that ended. Counts of faces are withheld or rounded as in audiences.
    `distinct` is the number of all values, of which at most `limit` are listed.
    """

    name: str
    distinct: int
    values: list[DimensionValue]

    @classmethod
    def of(cls, dimension: Dimension, limit: int) -> Self:
        values = dimension.values
        return cls(name=dimension.name, distinct=len(values), values=list(values[:limit]))


class DimensionsOut(BaseModel):
    """Every dimension, by name."""

    dimensions: list[DimensionOut]

    @classmethod
    def of(cls, dimensions: Sequence[Dimension], limit: int) -> Self:
        return cls(dimensions=[DimensionOut.of(one, limit) for one in dimensions])


class TagsOut(BaseModel):
    """Every tag, those of the newest jobs first."""

    tags: list[TagUse]
