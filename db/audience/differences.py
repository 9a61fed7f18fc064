"""Two audiences side by side: how the shares of the second differ from those of the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from db.audience.grouping import DIGITS, AudienceGroup
from models.statistics.shares import Share, subtract_shares

GroupKey: TypeAlias = tuple[tuple[tuple[str, str | None], ...], str | None, str | None, str | None]


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

    dimensions: dict[str, str | None]
    period: str | None
    gender: str | None
    age_band: str | None
    first_faces: int | None
    second_faces: int | None
    share: ShareDifference | None


def list_differences(
    first: Sequence[AudienceGroup], second: Sequence[AudienceGroup]
) -> list[GroupDifference]:
    """The rows of both, in the order of the first; a row that only one has comes without a share.

    Shares are those that a calibration corrected, or else those within the same dimensions and
    period; of rows that are not of a gender or age band, those of everything.
    """
    others = {_key(group): group for group in second}
    rows = [_compare(group, others.pop(_key(group), None)) for group in first]
    return [*rows, *(_compare(None, group) for group in others.values())]


def _key(group: AudienceGroup) -> GroupKey:
    dimensions = tuple(group.dimensions.items())
    return dimensions, group.period, group.gender, group.age_band


def _compare(first: AudienceGroup | None, second: AudienceGroup | None) -> GroupDifference:
    known = first or second
    assert known is not None
    shares = [None if group is None else _share_of(group) for group in (first, second)]
    return GroupDifference(
        known.dimensions,
        known.period,
        known.gender,
        known.age_band,
        first.faces if first else 0,
        second.faces if second else 0,
        _subtract(*shares),
    )


def _share_of(group: AudienceGroup) -> Share | None:
    if group.corrected is not None:
        return group.corrected
    is_whole = group.gender is None and group.age_band is None
    return group.share if is_whole else group.share_within


def _subtract(first: Share | None, second: Share | None) -> ShareDifference | None:
    if first is None or second is None:
        return None
    found = subtract_shares(second, first)
    return ShareDifference(
        first.value,
        second.value,
        round(found.value, DIGITS),
        round(found.low, DIGITS),
        round(found.high, DIGITS),
        not found.low <= 0 <= found.high,
    )
