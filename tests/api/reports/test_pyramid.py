"""The pyramid: its scale, its grid, and how its figures are written."""

import pytest

from api.reports.figures import write_interval, write_percent
from api.reports.pyramid import WIDEST_PERCENT, make_pyramid
from db.audience.grouping import AudienceGroup
from models.statistics.shares import Share

EMPTY = Share(0.0, 0.0, 0.6)


def make_group(gender: str, band: str, share: Share | None) -> AudienceGroup:
    return AudienceGroup({}, None, gender, band, None, share, None, None, None)


@pytest.mark.parametrize("other", [EMPTY, None], ids=["an empty group", "a withheld group"])
def test_the_longest_interval_of_a_group_with_faces_sets_the_scale(other: Share | None) -> None:
    groups = [
        make_group("female", "18-24", Share(0.2, 0.1, 0.3)),
        make_group("male", "18-24", other),
    ]
    pyramid = make_pyramid(groups)
    bar, beside = pyramid.bands["18-24"]["female"], pyramid.bands["18-24"]["male"]
    assert bar is not None
    assert (bar.width, bar.high) == (pytest.approx(WIDEST_PERCENT * 2 / 3), WIDEST_PERCENT)
    assert beside is None or (beside.width, beside.high) == (0, WIDEST_PERCENT)
    assert [label for _, label in pyramid.grid] == ["10%", "20%", "30%"]


@pytest.mark.parametrize("share", [EMPTY, None], ids=["empty", "withheld"])
def test_a_pyramid_without_faces_has_a_scale(share: Share | None) -> None:
    pyramid = make_pyramid([make_group("female", "18-24", share)])
    assert [label for _, label in pyramid.grid] == ["50%", "100%"]


@pytest.mark.parametrize(
    ("share", "percent", "interval"),
    [
        (Share(0.553, 0.504, 0.601), "55%", "50\u201360%"),
        (Share(0.553, 0.549, 0.557), "55.3%", "54.9\u201355.7%"),
    ],
    ids=["wide", "narrow"],
)
def test_a_share_has_the_digits_that_its_interval_allows(
    share: Share, percent: str, interval: str
) -> None:
    assert (write_percent(share), write_interval(share)) == (percent, interval)
