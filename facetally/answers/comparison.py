"""Two jobs with the same items, compared picture by picture."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of each job, and the second less the first with its 95% interval."""

    first: float
    second: float
    value: float
    low: float
    high: float
    beyond_chance: bool  # the interval excludes 0, and is from at least 30 pictures


@dataclass(frozen=True, slots=True)
class ComparedShare:
    """The faces of one class in each job, and their shares; None stands for what is withheld."""

    name: str
    first_faces: int | None
    second_faces: int | None
    share: Difference | None


@dataclass(frozen=True, slots=True)
class Changes:
    """`counts[i][j]` faces of both jobs are `classes[i]` in the first, `classes[j]` in the
    second."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Faces of both jobs are paired where their boxes overlap; videos are left out."""

    first: int
    second: int
    first_pack: str
    second_pack: str
    pictures: int
    videos: int
    left_out: int  # not done in both, or duplicates
    every: int  # of very large jobs, only every so-maniest item is compared
    first_faces: int | None
    second_faces: int | None
    both_faces: int | None
    faces_per_picture: Difference | None
    genders: tuple[ComparedShare, ...]
    bands: tuple[ComparedShare, ...]
    gender_changes: Changes
    band_changes: Changes
    age_years: Difference | None  # the mean ages of the faces of both
    years_apart: float | None  # the mean distance of their ages
    min_cell: int
    # The answer as it came, with what this version of the client doesn't know.
    raw: object = field(repr=False, compare=False)
