"""Sharpness is the share of a picture's pixels that show detail."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.quality.sharpness import measure_sharpness


def draw_sharp(side: int = 96) -> NDArray[np.float32]:
    """Detail of every size, as faces have: a spectrum that falls with frequency."""
    random = np.random.default_rng(3)
    across, down = np.meshgrid(*2 * [np.fft.fftfreq(4 * side)])
    frequency = np.hypot(across, down)
    frequency[0, 0] = np.inf
    large = np.fft.ifft2(np.fft.fft2(random.normal(size=frequency.shape)) / frequency).real
    sharp = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return (128 + 40 * sharp / sharp.std()).astype(np.float32)


def test_a_picture_as_sharp_as_its_pixels_allow_has_sharpness_one() -> None:
    assert measure_sharpness(draw_sharp()) > 0.85


@pytest.mark.parametrize(
    ("factor", "least", "most"), [(2, 0.4, 0.8), (3, 0.3, 0.5), (4, 0.2, 0.35)]
)
def test_an_enlarged_picture_is_about_as_much_less_sharp(
    factor: int, least: float, most: float
) -> None:
    enlarged = cv2.resize(draw_sharp(), None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    assert least < measure_sharpness(enlarged) < most


def test_more_blur_is_less_sharpness() -> None:
    sharp = draw_sharp()
    blurred = [cv2.GaussianBlur(sharp, (0, 0), spread) for spread in (0.8, 1.5, 3, 6)]
    found = [measure_sharpness(one) for one in (sharp, *blurred)]
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.2


def test_brightness_and_contrast_do_not_matter() -> None:
    blurred = cv2.GaussianBlur(draw_sharp(), (0, 0), 1.5)
    assert measure_sharpness(blurred * 0.2 + 40) == pytest.approx(measure_sharpness(blurred), 0.01)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 16)])
def test_a_flat_picture_has_no_sharpness(shape: tuple[int, int]) -> None:
    assert measure_sharpness(np.full(shape, 90, dtype=np.float32)) == 0
