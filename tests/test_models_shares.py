"""Intervals of shares, against published values and against pictures drawn at random."""

import numpy as np
import pytest

from models.shares import (
    ClusterSums,
    bound_design_effect,
    measure_design_effect,
    wilson_share,
)


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


def sums_of(pictures):
    """`pictures` are pairs of faces and hits."""
    faces, hits = np.array(pictures).T
    return ClusterSums(
        len(pictures),
        *map(int, (faces.sum(), hits.sum(), faces @ faces, hits @ hits, faces @ hits)),
    )


def test_faces_alone_in_their_pictures_have_hardly_a_design_effect():
    assert measure_design_effect(sums_of([(1, 1)] * 30 + [(1, 0)] * 70)) == 1.0


def test_pictures_of_five_alike_count_as_one_face_each():
    pictures = [(5, 5)] * 30 + [(5, 0)] * 70

    assert measure_design_effect(sums_of(pictures)) == pytest.approx(5.0, rel=0.02)
    assert bound_design_effect(500, 2500) == 5.0


@pytest.mark.parametrize(
    "pictures", [[(8, 3)], [(4, 0), (4, 0)], [(4, 4), (4, 4)]], ids=["one", "none", "all"]
)
def test_where_pictures_cannot_tell_the_worst_is_taken(pictures):
    assert measure_design_effect(sums_of(pictures)) == pictures[0][0]


def test_no_face_is_no_error():
    assert measure_design_effect(ClusterSums(0, 0, 0, 0, 0, 0)) == 1.0


def test_the_interval_of_clustered_faces_holds_the_truth_and_the_plain_one_does_not():
    random = np.random.default_rng(7)
    plain = wide = 0
    for _ in range(200):
        faces = random.integers(1, 13, 60)
        # Each picture has a share of its own around 0.4.
        hits = random.binomial(faces, random.beta(0.6, 0.9, 60))
        sums = sums_of(list(zip(faces, hits, strict=True)))
        effects = (1.0, measure_design_effect(sums))
        held = [wilson_share(sums.hits, sums.faces, effect) for effect in effects]
        plain += held[0].low <= 0.4 <= held[0].high
        wide += held[1].low <= 0.4 <= held[1].high

    assert wide >= 184
    assert plain <= 150
