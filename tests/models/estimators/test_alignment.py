"""Chips are upright, centered and free of aliasing for any face."""

import cv2
import numpy as np
import pytest

from models.estimators.alignment import POINT_WEIGHTS, TEMPLATE, cut_chip, fit_similarity

CHIP_SIDE = 64


def make_points(scale, degrees, shift):
    """The template's points as they lie in a picture where the face is turned and scaled."""
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (TEMPLATE * CHIP_SIDE * scale) @ turn.T + shift


@pytest.mark.parametrize(
    ("scale", "degrees", "shift"),
    [(1, 0, (0, 0)), (3, 0, (40, 20)), (0.5, 30, (90, 10)), (2, 180, (300, 300))],
    ids=["as-is", "large", "small-tilted", "upside-down"],
)
def test_a_similarity_brings_points_onto_the_template(scale, degrees, shift):
    points = make_points(scale, degrees, shift)
    transform = fit_similarity(points, TEMPLATE * CHIP_SIDE, POINT_WEIGHTS)
    moved = points @ transform[:, :2].T + transform[:, 2]
    assert np.allclose(moved, TEMPLATE * CHIP_SIDE)


def test_points_that_coincide_give_a_plain_shift():
    points = np.full((5, 2), 7.0)
    transform = fit_similarity(points, TEMPLATE * CHIP_SIDE, POINT_WEIGHTS)
    assert np.allclose(transform[:, :2], np.eye(2))


def draw_points(rgb, points, radius):
    for x, y in np.rint(points).astype(int):
        cv2.circle(rgb, (int(x), int(y)), radius, (255, 255, 255), -1)


@pytest.mark.parametrize(
    ("scale", "degrees", "shift"),
    [(1.0, 0, (60, 60)), (6.0, 20, (200, 60)), (2.5, -35, (100, 200)), (1.7, 0, (50, 50))],
    ids=["same-size", "large-tilted", "tilted", "just-shrunk"],
)
def test_the_points_of_a_face_land_on_the_template(scale, degrees, shift):
    rgb = np.zeros((700, 700, 3), np.uint8)
    points = make_points(scale, degrees, shift)
    draw_points(rgb, points, round(3 * scale))
    chip = cut_chip(rgb, points.astype(np.float32), CHIP_SIDE)
    rows, columns = np.nonzero(chip[:, :, 0] > 128)
    spots = np.column_stack([columns, rows])
    for wanted in TEMPLATE * CHIP_SIDE:
        near = spots[np.hypot(*(spots - wanted).T) < 5]
        assert np.hypot(*(near.mean(axis=0) - wanted)) < 1.0


def test_a_zoom_moves_the_points_away_from_the_middle():
    rgb = np.zeros((300, 300, 3), np.uint8)
    points = make_points(2, 0, (60, 60))
    draw_points(rgb, points, 6)
    chip = cut_chip(rgb, points.astype(np.float32), CHIP_SIDE, zoom=1.2)
    rows, columns = np.nonzero(chip[:, :, 0] > 128)
    spots = np.column_stack([columns, rows])
    for wanted in ((TEMPLATE - 0.5) * 1.2 + 0.5) * CHIP_SIDE:
        near = spots[np.hypot(*(spots - wanted).T) < 5]
        assert np.hypot(*(near.mean(axis=0) - wanted)) < 1.0


def test_a_large_face_is_averaged_not_sampled():
    rng = np.random.default_rng(3)
    rgb = rng.integers(0, 256, (900, 900, 3), dtype=np.uint8)
    chip = cut_chip(rgb, make_points(12, 0, (50, 50)).astype(np.float32), CHIP_SIDE)
    assert chip.std() < 20


@pytest.mark.parametrize(
    "shift",
    [(-30, -30), (80, 80), (-500, -500), (5000, 5000)],
    ids=["past-the-top", "past-the-bottom", "far-out-left", "far-out-right"],
)
def test_a_face_past_the_edge_still_gives_a_whole_chip(shift):
    rgb = np.full((100, 100, 3), 90, np.uint8)
    chip = cut_chip(rgb, make_points(1, 0, shift).astype(np.float32), CHIP_SIDE)
    assert chip.shape == (CHIP_SIDE, CHIP_SIDE, 3)
    assert (chip == 90).all()


def test_a_picture_of_one_pixel_gives_a_chip():
    chip = cut_chip(np.full((1, 1, 3), 7, np.uint8), np.zeros((5, 2), np.float32), CHIP_SIDE)
    assert chip.shape == (CHIP_SIDE, CHIP_SIDE, 3)
