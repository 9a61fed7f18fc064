"""The pyramid's scale."""

import pytest

from api.reports.pyramid import make_pyramid
from db.audience.grouping import AudienceGroup
from models.statistics.shares import Share


def make_group(gender: str, band: str, share: Share | None) -> AudienceGroup:
    return AudienceGroup({}, None, gender, band, None, share, None, None, None)


@pytest.mark.parametrize(
    ("shares", "longest"),
    [
        ([Share(0.2, 0.1, 0.3), Share(0.0, 0.0, 0.6)], 0.3),
        ([Share(0.2, 0.1, 0.3), None], 0.3),
        ([None, None], 1.0),
        ([Share(0.0, 0.0, 0.6), None], 1.0),
    ],
    ids=["an empty group", "a withheld group", "all withheld", "nobody"],
)
def test_an_empty_group_sets_no_scale(shares, longest):
    groups = [make_group("female", "18-24", shares[0]), make_group("male", "18-24", shares[1])]
    assert make_pyramid(groups).longest == longest
