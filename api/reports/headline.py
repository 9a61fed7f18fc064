"""The first answer about an audience: how many faces, of which gender, and how old."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.audience.grouping import AudienceGroup
from models.statistics.shares import Share

GENDERS = ("female", "male", "unknown")


@dataclass(frozen=True, slots=True)
class Headline:
    """What one sentence and a bar say. None is withheld, or nobody."""

    faces: int | None
    genders: dict[str, Share | None]
    largest_band: str | None

    @property
    def split(self) -> list[tuple[str, float, float]]:
        """Gender, start and width of each part of a bar, in percent of it."""
        return lay_out({gender: self.genders.get(gender) for gender in GENDERS})


def make_headline(
    faces: int | None, by_gender: Sequence[AudienceGroup], by_band: Sequence[AudienceGroup]
) -> Headline:
    """From two groupings of the same faces; if an evaluation was chosen corrected shares, which are
    of the faces whose gender is known."""
    ages = [(choose_share(group), group.age_band) for group in by_band]
    known = [(share.value, band) for share, band in ages if share is not None and share.value]
    shown = [group for group in by_gender if group.corrected] or by_gender
    return Headline(
        faces=faces,
        genders={group.gender or "": choose_share(group) for group in shown},
        largest_band=max(known, key=lambda one: one[0])[1] if known else None,
    )


def choose_share(group: AudienceGroup) -> Share | None:
    """The share within its slice, corrected for the errors of the models where it can be."""
    return group.corrected or group.share_within


def lay_out(shares: dict[str, Share | None]) -> list[tuple[str, float, float]]:
    """Name, start and width of each part that is known, in percent of what is known."""
    known = {name: share.value for name, share in shares.items() if share is not None}
    whole, start, parts = sum(known.values()) or 1.0, 0.0, []
    for name, value in known.items():
        width = 100 * value / whole
        parts.append((name, start, width))
        start += width
    return parts
