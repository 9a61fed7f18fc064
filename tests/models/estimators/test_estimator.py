"""From chips to the opinion of one model."""

import numpy as np
import pytest

from models.estimators.estimator import Estimator, prepare_chips
from models.packs.parts import Crop
from tests.support.models.packs import FakeGraph, make_part


def say_red(inputs):
    """The mean of the first color as years, and a hundredth of it as the share of female."""
    reds = inputs[:, 0].mean(axis=(1, 2))[:, np.newaxis]
    return [reds, reds / 100]


def make_chips(*reds, side=16):
    chips = np.zeros((len(reds), side, side, 3), np.uint8)
    chips[..., 0] = np.array(reds)[:, np.newaxis, np.newaxis]
    return chips


def test_each_chip_gets_its_own_opinion():
    opinion = Estimator(make_part(), FakeGraph(say_red)).estimate(make_chips(10, 20, 60))
    assert opinion.ages.years == pytest.approx([10, 20, 60])
    assert opinion.females == pytest.approx([0.1, 0.2, 0.6])


def test_chips_are_run_in_batches():
    graph = FakeGraph(say_red)
    opinion = Estimator(make_part(batch=4), graph).estimate(make_chips(*range(10)))
    assert graph.batches == [4, 4, 2]
    assert opinion.ages.years == pytest.approx(range(10))


def test_a_model_of_genders_has_no_opinion_on_ages():
    opinion = Estimator(make_part(age=None), FakeGraph(say_red)).estimate(make_chips(10))
    assert opinion.ages is None


def test_chips_are_centered_scaled_and_laid_out_by_color():
    part = make_part(mean=(1.0, 2.0, 3.0), divisor=4.0)
    chips = np.full((1, 16, 16, 3), (10, 20, 30), np.uint8)
    inputs = prepare_chips(part, chips)
    assert inputs.shape == (1, 3, 16, 16)
    assert inputs.dtype == np.float32
    assert inputs.flags.c_contiguous
    assert np.allclose(inputs[0, :, 0, 0], [9 / 4, 18 / 4, 27 / 4])
    reversed_inputs = prepare_chips(make_part(mean=(1.0, 2.0, 3.0), colors="bgr"), chips)
    assert np.allclose(reversed_inputs[0, :, 0, 0], [27, 18, 9])


def say_left(inputs):
    """The first color of the leftmost column."""
    left = inputs[:, 0, :, 0].mean(axis=1)[:, np.newaxis]
    return [left, left / 100]


def test_mirroring_averages_a_chip_and_its_mirror_image():
    chips = make_chips(0)
    chips[:, :, -1, 0] = 80
    plain = Estimator(make_part(), FakeGraph(say_left)).estimate(chips)
    mirrored = Estimator(make_part(averaging="mirror"), FakeGraph(say_left)).estimate(chips)
    assert plain.ages.years == pytest.approx([0])
    assert mirrored.ages.years == pytest.approx([40])
    assert mirrored.females == pytest.approx([0.4])


def test_ten_crops_are_the_middle_and_the_corners_and_their_mirror_images():
    seen = []

    def remember(inputs):
        seen.append(inputs[0, 0])
        return say_red(inputs)

    rng = np.random.default_rng(3)
    chips = rng.integers(0, 100, (1, 18, 18, 3), dtype=np.uint8)
    part = make_part(crop=Crop("aligned", 16), averaging="ten_crop")
    opinion = Estimator(part, FakeGraph(remember)).estimate(chips)
    red = chips[0, :, :, 0]
    crops = [red[1:17, 1:17], red[:16, :16], red[:16, 2:], red[2:, :16], red[2:, 2:]]
    assert len(seen) == 10
    for crop, look, mirrored in zip(crops, seen[:5], seen[5:], strict=True):
        assert np.array_equal(crop, look)
        assert np.array_equal(crop[:, ::-1], mirrored)
    assert opinion.ages.years == pytest.approx([np.mean([crop.mean() for crop in crops])])


def test_an_ellipse_hides_the_corners_of_a_chip():
    seen = []

    def remember(inputs):
        seen.append(inputs[0, 0])
        return say_red(inputs)

    part = make_part(mask="ellipse", mean=(100.0, 0.0, 0.0))
    Estimator(part, FakeGraph(remember)).estimate(make_chips(250))
    [look] = seen
    assert look[8, 8] == 150
    assert look[0, 0] == look[0, -1] == look[-1, 0] == look[-1, -1] == 0
