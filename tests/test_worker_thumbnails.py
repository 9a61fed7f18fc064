"""Boxes and labels stay inside the picture and can be read on any of them."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from jobs_for_tests import make_face
from numpy.typing import NDArray
from PIL import Image

from models.face import Box, Face
from worker.thumbnails import COLOURS, draw_thumbnail, shrink


def flat(height: int, width: int, grey: int) -> NDArray[np.uint8]:
    return np.full((height, width, 3), grey, np.uint8)


def decode(content: bytes) -> NDArray[np.int16]:
    return np.asarray(Image.open(BytesIO(content)).convert("RGB")).astype(np.int16)


def face_at(*box: int) -> Face:
    return replace(make_face(female=0.9), box=Box(*box))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1000, 500), (320, 160)),
        ((500, 1000), (160, 320)),
        ((320, 200), (320, 200)),
        ((10, 10), (10, 10)),
        ((5000, 1), (320, 1)),
    ],
)
def test_the_longer_side_is_shrunk_and_never_enlarged(
    shape: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert shrink(flat(*shape, 128), 320).shape[:2] == expected


@pytest.mark.parametrize("grey", [0, 128, 255], ids=["dark", "middle", "light"])
def test_box_and_label_stand_out_on_any_picture(grey: int) -> None:
    rgb = flat(240, 320, grey)
    drawn = decode(draw_thumbnail(rgb, [face_at(100, 80, 60, 80)], 320, 0.6).content)
    box = drawn[80 : 80 + 80, 98:104]
    contrast = np.abs(box.mean(axis=2) - grey).max()
    assert contrast > 80
    label = drawn[60:79, 100:140]
    assert label.min() < 60
    assert np.abs(label - np.array(COLOURS["female"])).sum(axis=2).min() < 120


def test_boxes_are_scaled_from_the_full_size_picture() -> None:
    drawn = decode(
        draw_thumbnail(flat(100, 100, 0), [face_at(400, 400, 400, 400)], 1000, 0.6).content
    )
    assert drawn[70, 40].max() > 100
    assert drawn[60, 60].max() < 60


@pytest.mark.parametrize(
    "box",
    [(0, 0, 20, 20), (300, 0, 20, 20), (0, 220, 20, 20), (300, 220, 20, 20), (0, 0, 320, 240)],
)
def test_faces_at_the_edge_are_drawn(box: tuple[int, int, int, int]) -> None:
    thumbnail = draw_thumbnail(flat(240, 320, 128), [face_at(*box)], 320, 0.6)
    assert decode(thumbnail.content).shape == (240, 320, 3)


@pytest.mark.parametrize("size", [1, 2, 5, 30])
def test_tiny_pictures_are_drawn(size: int) -> None:
    thumbnail = draw_thumbnail(flat(size, size, 128), [face_at(0, 0, size, size)], size, 0.6)
    assert decode(thumbnail.content).shape == (size, size, 3)


def test_the_picture_given_is_left_as_it_was() -> None:
    rgb = flat(100, 100, 128)
    draw_thumbnail(rgb, [face_at(10, 10, 50, 50)], 100, 0.6)
    assert (rgb == 128).all()
