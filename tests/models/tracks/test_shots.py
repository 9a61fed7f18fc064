"""Frames are assigned to the same shot under any change of light."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from models.face import Box
from models.pictures.picture import Picture
from models.tracks.fingerprints import fingerprint_frame, is_blank
from models.tracks.shots import is_shot_change

HEIGHT, WIDTH = 180, 320
Frame = np.ndarray


def make_scene(seed: int) -> Frame:
    """A room: things of all colors, large and small."""
    random = np.random.default_rng(seed)
    scene = np.full((HEIGHT, WIDTH, 3), random.integers(60, 140, 3), np.float64)
    for _ in range(40):
        x, y = random.integers(0, WIDTH), random.integers(0, HEIGHT)
        width, height = random.integers(10, 90, 2)
        scene[y : y + height, x : x + width] = random.integers(20, 200, 3)
    return scene


def sign(frame: Frame, *people: Box) -> bytes:
    rgb = np.clip(frame, 0, 255).astype(np.uint8)
    return fingerprint_frame(Picture(rgb, WIDTH, HEIGHT), people)


def flat(*color: int) -> Frame:
    return np.full((HEIGHT, WIDTH, 3), color, np.float64)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame * (1.3, 0.5, 0.4),
        lambda frame: frame * (0.4, 0.5, 1.4),
        lambda frame: frame * 0.35,
        lambda frame: frame * 1.8 + 30,
    ],
    ids=["a red lamp", "a blue lamp", "dusk", "a flash"],
)
def test_a_change_of_light_does_not_end_a_shot(seed: int, change: Callable[[Frame], Frame]) -> None:
    scene = make_scene(seed)
    assert not is_shot_change(sign(scene), sign(change(scene)))
    assert not is_shot_change(sign(change(scene)), sign(scene))


@pytest.mark.parametrize("seed", range(0, 20, 2))
def test_another_scene_is_another_shot(seed: int) -> None:
    assert is_shot_change(sign(make_scene(seed)), sign(make_scene(seed + 1)))


def test_moving_people_and_a_turning_camera_do_not_end_a_shot() -> None:
    scene = make_scene(1)
    walked = scene.copy()
    walked[60:150, 100:150] = (200, 170, 150)
    assert not is_shot_change(sign(scene), sign(walked))
    assert not is_shot_change(sign(scene), sign(np.roll(scene, 40, axis=1)))


def test_in_front_of_a_plain_wall_only_colors_are_compared() -> None:
    person = Box(140, 40, 40, 50)
    first, second = flat(40, 60, 160), flat(60, 150, 50)
    for wall in (first, second):
        wall[40:90, 140:180] = make_scene(2)[40:90, 140:180]
    assert is_shot_change(sign(first, person), sign(second, person))
    # So they do where a person hides what is behind.
    large = Box(0, 0, WIDTH, HEIGHT)
    assert is_shot_change(sign(make_scene(1), large), sign(make_scene(1) * (1.3, 0.5, 0.4), large))


def test_a_changing_screen_behind_people_does_not_end_a_shot() -> None:
    scene = make_scene(3)
    shown = [scene.copy() for _ in range(2)]
    for frame, picture in zip(shown, (flat(10, 10, 230), flat(240, 220, 20)), strict=True):
        frame[20:130, 60:260] = picture[20:130, 60:260]
    assert not is_shot_change(*(sign(frame) for frame in shown))


@pytest.mark.parametrize(
    ("frame", "is_one"),
    [
        (flat(0, 0, 0), True),
        (flat(255, 255, 255), True),
        (make_scene(1) * 0.01, True),
        (make_scene(1) + 240, True),
        (flat(90, 90, 90), False),
        (make_scene(1) * 0.3, False),
    ],
    ids=["black", "white", "nearly black", "a flash", "gray", "dark"],
)
def test_a_black_or_white_frame_is_blank(frame: Frame, is_one: bool) -> None:
    assert is_blank(sign(frame)) == is_one


def test_a_face_that_fills_the_frame_does_not_make_it_blank() -> None:
    assert not is_blank(sign(flat(0, 0, 0), Box(0, 0, WIDTH, HEIGHT)))


def test_shots_are_distinguished_by_their_colors() -> None:
    rng = np.random.default_rng(5)
    dark = rng.integers(0, 90, (90, 160, 3), dtype=np.uint8)
    moved = np.roll(dark, 20, axis=1)
    light = cv2.cvtColor(cv2.applyColorMap(255 - dark[..., 0], cv2.COLORMAP_JET), cv2.COLOR_BGR2RGB)
    fingerprints = [fingerprint_frame(Picture(rgb, 160, 90)) for rgb in (dark, moved, light)]
    assert not is_shot_change(fingerprints[0], fingerprints[1])
    assert is_shot_change(fingerprints[1], fingerprints[2])
