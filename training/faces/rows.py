"""The rows of a table of labels, with what was seen in their pictures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackEstimate:
    """What the pack in use makes of a face."""

    years: float
    low: int
    high: int
    female: float


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A row with its labels and its picture; what was seen is empty if there is a `failure`."""

    line: int
    path: str
    subject: str
    age_years: float | None
    gender: str | None
    split: str
    problems: tuple[str, ...]  # codes of what is wrong with the row itself
    failure: str | None = None  # the code of why there is no face, as of an item
    message: str = ""  # the sentence to it
    digest: str = ""  # of the file's bytes
    hash: int = 0  # of the picture's look
    faces: int = 0
    estimate: PackEstimate | None = None
