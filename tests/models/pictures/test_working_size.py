"""How far pictures are reduced before they are analyzed."""

import pytest

from models.pictures.working_size import WorkingSize


@pytest.mark.parametrize(
    ("width", "height", "by_side", "by_pixels"),
    [
        (640, 480, 1, 1),
        (3839, 2160, 1, 1),
        (3840, 2160, 2, 1),
        (6000, 4000, 3, 2),
        (12000, 1000, 6, 1),
        (8000, 6000, 4, 2),
        (10**8, 1, 52083, 4),
    ],
)
def test_a_picture_keeps_its_longer_side_and_its_pixels(width, height, by_side, by_pixels):
    assert WorkingSize(1920).choose_factor(width, height) == by_side
    assert WorkingSize(1920, pixels=6_000_000).choose_factor(width, height) == by_pixels
