"""Each way to make a picture worse does that, and no more."""

import numpy as np
import pytest

from benchmarks.inputs.degradations import DEGRADATIONS, Degradation, Scene, darken, shrink, turn

POINTS = np.array([[40, 50], [80, 50], [60, 75], [44, 92], [76, 92]], dtype=np.float64)


def make_scene() -> Scene:
    random = np.random.default_rng(1)
    rgb = random.integers(60, 200, (140, 120, 3)).astype(np.uint8)
    return Scene(rgb, POINTS, random)


@pytest.mark.parametrize("way", DEGRADATIONS, ids=lambda way: f"{way.kind} {way.level}".strip())
def test_every_way_gives_a_picture(way: Degradation) -> None:
    scene = make_scene()
    before = scene.rgb.copy()
    rgb = way.apply(scene)
    assert (rgb.dtype, rgb.ndim, rgb.shape[2]) == (np.uint8, 3, 3)
    assert (scene.rgb == before).all()
    shrinks = way.kind == "shrink" and way.level != "40 px"
    assert (rgb.shape != before.shape) == shrinks
    assert (way.kind == "none") == (rgb.shape == before.shape and bool((rgb == before).all())) or (
        way.level == "40 px"
    )


def test_a_picture_is_shrunk_to_the_pixels_between_the_eyes_but_never_enlarged() -> None:
    assert shrink(make_scene(), 10).shape == (35, 30, 3)
    assert shrink(make_scene(), 400).shape == (140, 120, 3)


def test_a_darkened_picture_has_that_share_of_the_light() -> None:
    scene = make_scene()
    light = [(rgb / 255.0) ** 2.2 for rgb in (scene.rgb, darken(scene, 0.25))]
    assert light[1].mean() == pytest.approx(0.25 * light[0].mean(), rel=0.1)


def test_a_turned_head_moves_its_nose_but_not_what_is_around_it() -> None:
    rgb = np.zeros((200, 200, 3), dtype=np.uint8)
    rgb[95:105, 95:105] = 255
    scene = Scene(rgb, POINTS + 40, np.random.default_rng(1))
    for yaw in (-30, 30):
        bright = np.argwhere(turn(scene, yaw)[:, :, 0] > 128)
        assert np.sign(bright[:, 1].mean() - 100) == np.sign(yaw)
    rgb[:] = 0
    rgb[0, 0] = 255
    assert turn(scene, 45)[0, 0, 0] == 255
