"""The look of a picture stays in another size, encoding or brightness, and differs from others."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.pictures.look import (
    BANDS,
    MOST_DIFFERENT_BITS,
    count_different_bits,
    cut_into_bands,
    measure_look,
)

Rgb = NDArray[np.uint8]


def make_picture(seed: int) -> Rgb:
    """Colored areas of any size, as photographs have."""
    random = np.random.default_rng(seed)
    noise = random.uniform(0, 255, (12, 16, 3)).astype(np.float32)
    return cv2.resize(noise, (640, 480), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype("uint8")


def encode_again(rgb: Rgb) -> Rgb:
    _, encoded = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 40])
    return cv2.imdecode(encoded, cv2.IMREAD_COLOR)


@pytest.mark.parametrize(
    "change",
    [
        encode_again,
        lambda rgb: cv2.resize(rgb, (320, 240), interpolation=cv2.INTER_AREA),
        lambda rgb: cv2.convertScaleAbs(rgb, alpha=0.9, beta=5),
    ],
    ids=["re-encoded", "half the size", "another brightness"],
)
def test_a_picture_that_was_changed_a_little_looks_alike(change: Callable[[Rgb], Rgb]) -> None:
    for seed in range(10):
        rgb = make_picture(seed)
        look, other = measure_look(rgb), measure_look(change(rgb))
        assert len(look) == 32
        assert count_different_bits(look, other) <= MOST_DIFFERENT_BITS


def test_different_pictures_look_different() -> None:
    looks = [measure_look(make_picture(seed)) for seed in range(30)]
    different = [count_different_bits(a, b) for a in looks for b in looks if a is not b]
    assert min(different) > 2 * MOST_DIFFERENT_BITS


def test_looks_that_differ_by_few_bits_have_a_band_in_common() -> None:
    look = measure_look(make_picture(1))
    changed = bytearray(look)
    for band in range(BANDS - 1):
        changed[2 * band] ^= 1
    assert count_different_bits(look, bytes(changed)) == BANDS - 1
    bands = zip(cut_into_bands(look), cut_into_bands(bytes(changed)), strict=True)
    assert sum(one == other for one, other in bands) == 1
