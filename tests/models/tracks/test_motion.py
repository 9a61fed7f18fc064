"""Where faces have moved from one frame to the next."""

import cv2
import numpy as np
import pytest

from models.tracks.motion import Corners, follow

SIDE = 400
BOX = np.array([150.0, 120.0, 210.0, 200.0])


def draw_scene(move: tuple[float, float] = (0, 0), growth: float = 1.0) -> np.ndarray:
    """(SIDE, SIDE) gray: a face's pattern that has moved and grown before a background that has
    not."""
    random = np.random.default_rng(5)
    background, face = (
        cv2.GaussianBlur(random.integers(0, 255, (SIDE, SIDE)).astype(np.uint8), (0, 0), 4)
        for _ in range(2)
    )
    middle = (BOX[:2] + BOX[2:]) / 2
    shift = middle + move - growth * middle
    matrix = np.array([[growth, 0, shift[0]], [0, growth, shift[1]]])
    mask = np.zeros_like(face)
    left, top, right, bottom = BOX.astype(int)
    mask[top - 5 : bottom + 5, left - 5 : right + 5] = 1
    moved, there = (cv2.warpAffine(one, matrix, (SIDE, SIDE)) for one in (face, mask))
    return np.where(there, moved, background)


def expect(move: tuple[float, float] = (0, 0), growth: float = 1.0) -> Corners:
    middle, half = (BOX[:2] + BOX[2:]) / 2 + move, (BOX[2:] - BOX[:2]) / 2 * growth
    return np.concatenate([middle - half, middle + half])


@pytest.mark.parametrize(
    ("move", "growth"),
    [((0, 0), 1.0), ((13, -9), 1.0), ((0, 0), 1.06), ((-8, 4), 0.95)],
    ids=["still", "moved", "grown", "moved and shrunk"],
)
def test_a_box_goes_with_the_face_in_it(move: tuple[float, float], growth: float) -> None:
    found = follow(draw_scene(), draw_scene(move, growth), {7: BOX})
    assert np.allclose(found[7], expect(move, growth), atol=1.5)


def test_each_of_several_boxes_goes_its_own_way() -> None:
    still = np.array([20.0, 20.0, 80.0, 90.0])
    found = follow(draw_scene(), draw_scene((10, 6)), {1: still, 2: BOX})
    assert np.allclose(found[1], still, atol=0.5)
    assert np.allclose(found[2], expect((10, 6)), atol=1.5)


def test_a_face_that_is_gone_is_left_out() -> None:
    noise = np.random.default_rng(6).integers(0, 255, (SIDE, SIDE)).astype(np.uint8)
    assert follow(draw_scene(), noise, {7: BOX}) == {}


def test_without_boxes_there_is_nothing_to_follow() -> None:
    assert follow(draw_scene(), draw_scene(), {}) == {}
