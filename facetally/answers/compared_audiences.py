"""Two audiences side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from facetally.answers.audience import Audience


@dataclass(frozen=True, slots=True)
class ShareDifference:
    """A share of each audience, and the second less the first with its 95% interval."""

    first: float
    second: float
    value: float
    low: float
    high: float
    beyond_chance: bool  # the interval excludes 0


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """A row of both audiences; None for what is withheld, or not there in one of them."""

    dimensions: Mapping[str, str | None]
    period: str | None
    gender: str | None
    age_band: str | None
    first_faces: int | None
    second_faces: int | None
    share: ShareDifference | None


@dataclass(frozen=True, slots=True)
class ComparedAudiences:
    """Two audiences, and how the shares of the second differ from those of the first."""

    first: Audience
    second: Audience
    groups: tuple[GroupDifference, ...]
    # The answer as it came, with what this version of the client doesn't know.
    raw: object = field(repr=False, compare=False)
