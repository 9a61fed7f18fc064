"""Runs of the same items: started again, and compared."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

from api.schemas.fields import Name, Number, Strict, Tag, rounded
from db.results.comparing import JobComparison
from db.slices.disclosure import Disclosure
from models.accuracy.accuracy import ConfusionTable
from models.accuracy.agreement import ComparedShare, Difference

# Intervals from fewer pictures are too narrow to call a difference more than chance.
FEW_PICTURES = 30


class RerunBody(Strict):
    """The pack of the new run, one of `GET /v1/packs`, and its tags."""

    pack: Name | None = None
    tags: Annotated[list[Tag], Field(max_length=20)] = Field(default=[])


class ComparePath(BaseModel):
    """Two jobs by their numbers."""

    job_id: Number
    other_id: Number


class CompareQuery(Strict):
    """Age bands: marketing, adience, life_stage, or a list such as 0-17,18-34,35-120."""

    bands: Name = "marketing"


class DifferenceOut(BaseModel):
    """Two figures, and the second less the first with its 95% interval.

    `beyond_chance` says whether the interval excludes 0, and is from at least 30 pictures: from
    fewer, it is too narrow.
    """

    first: float
    second: float
    value: float
    low: float
    high: float
    beyond_chance: bool

    @classmethod
    def of(cls, difference: Difference | None, pictures: int) -> Self | None:
        if difference is None:
            return None
        excludes_zero = difference.estimate.excludes_zero
        return cls(
            first=round(difference.first, 4),
            second=round(difference.second, 4),
            value=round(difference.estimate.value, 4),
            low=round(difference.estimate.low, 4),
            high=round(difference.estimate.high, 4),
            beyond_chance=excludes_zero and pictures >= FEW_PICTURES,
        )


class ComparedShareOut(BaseModel):
    """The faces of one class in each job, and their shares of all faces; null if withheld."""

    name: str
    first_faces: int | None
    second_faces: int | None
    share: DifferenceOut | None

    @classmethod
    def of(cls, share: ComparedShare, pictures: int, disclosure: Disclosure) -> Self:
        counts = [
            disclosure.publish_faces(count) for count in (share.first_faces, share.second_faces)
        ]
        return cls(
            name=share.name,
            first_faces=counts[0],
            second_faces=counts[1],
            share=None if None in counts else DifferenceOut.of(share.difference, pictures),
        )


class ChangesOut(BaseModel):
    """`counts[i][j]` faces of both jobs are `classes[i]` in the first and `classes[j]` in the
    second; null if withheld."""

    classes: list[str]
    counts: list[list[int | None]]

    @classmethod
    def of(cls, table: ConfusionTable, disclosure: Disclosure) -> Self:
        counts = [[disclosure.publish_faces(count) for count in row] for row in table.counts]
        return cls(classes=list(table.truths), counts=counts)


class ComparisonOut(BaseModel):
    """Two runs of the same items, compared picture by picture.

    Faces of both are paired where their boxes overlap. `left_out` counts items that are not done in
    both jobs, or are duplicates; `videos` are left out, too. Of very large jobs, every `every`-th
    item is compared. Counts of faces below `min_cell` are withheld, and others rounded.
    """

    first: int
    second: int
    first_pack: str
    second_pack: str
    pictures: int
    videos: int
    left_out: int
    every: int
    first_faces: int | None
    second_faces: int | None
    both_faces: int | None
    faces_per_picture: DifferenceOut | None
    genders: list[ComparedShareOut]
    bands: list[ComparedShareOut]
    gender_changes: ChangesOut
    band_changes: ChangesOut
    age_years: DifferenceOut | None
    years_apart: float | None
    min_cell: int

    @classmethod
    def of(
        cls, jobs: tuple[int, int], packs: tuple[str, str], found: JobComparison, min_cell: int
    ) -> Self:
        disclosure, figures = Disclosure(min_cell), found.agreement
        publish, pictures = disclosure.publish_faces, figures.pictures
        both = publish(figures.both_faces)
        return cls(
            first=jobs[0],
            second=jobs[1],
            first_pack=packs[0],
            second_pack=packs[1],
            pictures=pictures,
            videos=found.videos,
            left_out=found.left_out,
            every=found.every,
            first_faces=publish(figures.first_faces),
            second_faces=publish(figures.second_faces),
            both_faces=both,
            faces_per_picture=DifferenceOut.of(figures.faces_per_picture, pictures),
            genders=[ComparedShareOut.of(share, pictures, disclosure) for share in figures.genders],
            bands=[ComparedShareOut.of(share, pictures, disclosure) for share in figures.bands],
            gender_changes=ChangesOut.of(figures.gender_table, disclosure),
            band_changes=ChangesOut.of(figures.band_table, disclosure),
            age_years=None if both is None else DifferenceOut.of(figures.age_change, pictures),
            years_apart=None if both is None else rounded(figures.years_apart, 2),
            min_cell=min_cell,
        )
