"""From chips to the probability of being perceived as female."""

import numpy as np
import pytest

from models.nets.chips import MEAN_RGB, prepare_chips
from models.nets.gender import GenderModel, read_female, shrink_chips


class FakeGraph:
    """Says female as surely as the first red value is high."""

    provider = "cpu"

    def run(self, inputs):
        assert inputs.shape[1:] == (3, 32, 32)
        female = inputs[:, 0, 0, 0] + MEAN_RGB[0] / 256
        return [np.stack([female, 1 - female], axis=1)]


@pytest.mark.parametrize("count", [0, 1, 70])
def test_each_chip_gets_its_own_probability(count):
    reds = np.arange(count) * 3
    chips = np.zeros((count, 64, 64, 3), np.uint8)
    chips[:, :, :, 0] = reds[:, np.newaxis, np.newaxis]
    females = GenderModel(FakeGraph()).female(chips)
    assert females.shape == (count,)
    assert np.allclose(females, reds / 256, atol=1e-5)


def test_shrinking_takes_the_mean_of_four_pixels():
    chips = np.zeros((2, 64, 64, 3), np.uint8)
    chips[1, ::2, ::2] = 200
    assert shrink_chips(chips).shape == (2, 32, 32, 3)
    assert (shrink_chips(chips)[1] == 50).all()


def test_a_rounding_error_past_one_is_cut_off():
    assert read_female(np.array([[1.0000002, 0.0]], np.float32)).tolist() == [[1.0]]


def test_chips_are_centered_scaled_and_laid_out_by_color():
    chips = np.full((1, 4, 4, 3), (10, 20, 30), np.uint8)
    inputs = prepare_chips(chips)
    assert inputs.shape == (1, 3, 4, 4)
    assert inputs.flags.c_contiguous
    assert np.allclose(inputs[0, :, 0, 0], (np.array([10, 20, 30]) - MEAN_RGB) / 256)
