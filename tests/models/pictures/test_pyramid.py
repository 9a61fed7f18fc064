"""Halvings are made once, and what is shrunk from them is as good as an average."""

import numpy as np
import pytest

from models.pictures.pyramid import Pyramid


def make_ramp(height: int, width: int) -> np.ndarray:
    columns = np.linspace(0, 250, width)
    return np.repeat(np.repeat(columns[None, :, None], height, 0), 3, 2).round().astype(np.uint8)


@pytest.mark.parametrize(
    ("width", "height"), [(320, 160), (160, 80), (90, 45), (1000, 500), (100, 50)]
)
def test_a_ramp_stays_a_ramp_at_every_size(width: int, height: int) -> None:
    shrunk = Pyramid(make_ramp(250, 500)).shrink(width, height)
    assert shrunk.shape == (height, width, 3)
    centers = (np.arange(width) + 0.5) / width * 250
    assert np.abs(shrunk[0, :, 0] - centers).max() <= 2


def test_no_pixel_is_skipped() -> None:
    board = np.indices((512, 512)).sum(axis=0) % 2 * 255
    shrunk = Pyramid(np.repeat(board[..., None], 3, 2).astype(np.uint8)).shrink(100, 100)
    assert np.abs(shrunk.astype(int) - 127).max() <= 2


def test_it_answers_the_same_in_any_order() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (301, 403, 3), np.uint8)
    sizes = [(200, 150), (40, 30), (100, 75), (403, 301)]
    used = Pyramid(pixels)
    for size in [*sizes, *reversed(sizes)]:
        assert np.array_equal(used.shrink(*size), Pyramid(pixels).shrink(*size))
