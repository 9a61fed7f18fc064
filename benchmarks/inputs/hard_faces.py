"""Faces that are hard to find: behind masks and dark glasses, half hidden, in the dark, cut off."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from benchmarks.inputs.degradations import Rgb, Scene, cover, cut_off, darken, wear_mask
from benchmarks.inputs.scenes import FaceCut, cut_face, make_scenes
from models.accuracy.boxed_pictures import measure_iou
from models.accuracy.pairing import LEAST_OVERLAP
from models.face import Box, Detection
from models.nets.detections import Detections
from models.pictures.picture import Picture
from models.quality.measurement import measure_quality

SEED = 5
# The shorter sides of the faces in scenes of 1920 x 1280 pixels.
SIDES_PIXELS = (50, 170)
KINDS: Mapping[str, Callable[[Scene], Rgb]] = {
    "as they are": lambda scene: scene.rgb,
    "masked": wear_mask,
    "dark glasses": partial(cover, part="glasses"),
    "half hidden": partial(cover, part="half"),
    "with 6% of the light": partial(darken, share=0.06),
    "with 2% of the light": partial(darken, share=0.02),
    "cut off": cut_off,
}

Way: TypeAlias = Callable[[Picture], Detections]
Ways: TypeAlias = Mapping[str, Way]


@dataclass(frozen=True, slots=True)
class HardFaces:
    """How many faces were found by each way, of how many: each in its picture, and in a scene; and
    whose mouths seem hidden."""

    faces: int
    mouth_hidden: int
    in_pictures: dict[str, int]
    in_scenes: dict[str, int]


def search_hard(ways: Ways, faces: Sequence[tuple[Picture, Detection]]) -> dict[str, HardFaces]:
    """What is found of faces (each with the picture it is in) after each of KINDS was done."""
    return {kind: _search(ways, faces, make) for kind, make in KINDS.items()}


def _search(
    ways: Ways, faces: Sequence[tuple[Picture, Detection]], make: Callable[[Scene], Rgb]
) -> HardFaces:
    pictures = list(_make_pictures(faces, make))
    cuts = [_cut(picture, face) for picture, (_, face) in zip(pictures, faces, strict=True)]
    scenes = list(make_scenes(cuts, SIDES_PIXELS, SEED))
    boxes = [(face.box,) for _, face in faces]
    hidden = [
        measure_quality(picture, face).mouth_hidden
        for picture, (_, face) in zip(pictures, faces, strict=True)
    ]
    return HardFaces(
        len(faces),
        sum(hidden),
        {name: _count(way, pictures, boxes) for name, way in ways.items()},
        {
            name: _count(way, [one.picture for one in scenes], [one.boxes for one in scenes])
            for name, way in ways.items()
        },
    )


def _make_pictures(
    faces: Sequence[tuple[Picture, Detection]], make: Callable[[Scene], Rgb]
) -> Iterator[Picture]:
    for number, (picture, face) in enumerate(faces):
        points = np.array(face.landmarks, dtype=np.float64)
        rgb = make(Scene(picture.rgb, points, np.random.default_rng(number)))
        yield Picture(rgb, rgb.shape[1], rgb.shape[0])


def _cut(picture: Picture, face: Detection) -> FaceCut:
    """A face that was cut off is so in a scene, too: what is beside it there is not of its face."""
    width, height = picture.width_pixels, picture.height_pixels
    box = face.box
    left, top = min(box.x, width - 1), min(box.y, height - 1)
    inside = Box(left, top, min(box.width, width - left), min(box.height, height - top))
    return cut_face(picture, Detection(inside, face.score, face.landmarks))


def _count(way: Way, pictures: Sequence[Picture], boxes: Sequence[tuple[Box, ...]]) -> int:
    return sum(
        any(measure_iou(face.box, box) >= LEAST_OVERLAP for face in found.faces)
        for found, labeled in zip(map(way, pictures), boxes, strict=True)
        for box in labeled
    )
