"""Intervals of shares, against published values and against pictures drawn at random."""

import numpy as np
import pytest

from models.statistics.clusters import PictureSums, correlate_within, design_effect_of
from models.statistics.shares import bound_design_effect, subtract_shares, wilson_share


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Newcombe 1998, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(count, total, low, high):
    share = wilson_share(count, total)

    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


def test_a_design_effect_widens_the_interval_to_that_of_so_many_fewer_faces():
    wide, fewer = wilson_share(60, 200, 4.0), wilson_share(15, 50)

    assert (wide.value, wide.low, wide.high) == pytest.approx((0.3, fewer.low, fewer.high))
    assert wilson_share(0, 0, 3.0).high == 1.0


def sums_of(faces, hits):
    """The sums of pictures, each with its number of faces and of hits among them."""
    return PictureSums(
        len(faces), *map(int, (faces.sum(), faces @ faces, hits.sum(), hits.sum())),
        *map(int, (hits @ hits, faces @ hits)),
    )  # fmt: skip


def effect_of(sums):
    return design_effect_of(sums.faces, sums.faces_squared, correlate_within(sums))


def test_pictures_of_five_alike_count_as_one_face_each():
    faces = np.full(100, 5)
    hits = np.where(np.arange(100) < 30, 5, 0)

    assert effect_of(sums_of(faces, hits)) == pytest.approx(5.0, rel=0.02)
    assert bound_design_effect(500, 2500) == 5.0


def test_one_picture_carries_as_much_information_as_one_face():
    assert effect_of(sums_of(np.array([8]), np.array([3]))) == 8.0


@pytest.mark.parametrize("pictures", [6, 60])
def test_the_interval_of_clustered_faces_contains_the_truth_and_the_plain_one_does_not(pictures):
    random = np.random.default_rng(7)
    plain = wide = 0
    for _ in range(200):
        faces = random.integers(1, 13, pictures)
        # Each picture has a share of its own around 0.4.
        hits = random.binomial(faces, random.beta(0.6, 0.9, pictures))
        sums = sums_of(faces, hits)
        held = [wilson_share(sums.values, sums.faces, effect) for effect in (1.0, effect_of(sums))]
        plain += held[0].low <= 0.4 <= held[0].high
        wide += held[1].low <= 0.4 <= held[1].high

    assert wide >= 184
    assert plain <= 150


def test_the_interval_of_a_difference_is_newcombes() -> None:
    # Newcombe 1998, table II, method 10: 56 of 70 less 48 of 80.
    found = subtract_shares(wilson_share(56, 70), wilson_share(48, 80))
    assert round(found.value, 4) == 0.2
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
