"""Chips to crops."""

import numpy as np
import pytest

from training.nets.crops import center_crops, draw_crops


@pytest.fixture
def chips():
    """Chips whose pixels tell where they are: red the row, green the column."""
    rows, columns = np.mgrid[0:36, 0:36]
    chip = np.stack([rows, columns, rows * 0], axis=2).astype(np.uint8)
    return np.stack([chip] * 200)


def test_drawn_crops_are_anywhere_in_the_chip_and_half_of_them_mirrored(chips):
    crops = draw_crops(chips, 32, np.random.default_rng(1))

    tops, lefts = crops[:, 0, 0, 0], crops[:, :, :, 1].min(axis=(1, 2))
    mirrored = crops[:, 0, 0, 1] > crops[:, 0, -1, 1]
    assert crops.shape == (200, 32, 32, 3)
    assert set(tops) == set(lefts) == {0, 1, 2, 3, 4}
    assert 70 < mirrored.sum() < 130
    for crop, top, left, mirror in zip(crops, tops, lefts, mirrored, strict=True):
        whole = chips[0, top : top + 32, left : left + 32]
        assert (crop == (whole[:, ::-1] if mirror else whole)).all()


def test_the_same_seed_draws_the_same_crops(chips):
    first, again = (draw_crops(chips, 32, np.random.default_rng(7)) for _ in range(2))

    assert (first == again).all()


def test_the_middle_of_a_chip_has_the_same_margin_on_all_sides(chips):
    [first, *_] = center_crops(chips, 32)

    assert (first[0, 0].tolist(), first[-1, -1].tolist()) == ([2, 2, 0], [33, 33, 0])
