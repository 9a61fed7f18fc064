"""A model that finds spots, and pictures with spots: looks at real pixels, without weights."""

import cv2
import numpy as np

from models.graphs.graph import CPU
from models.nets.yunet import STRIDES
from models.pictures.picture import Picture

UPRIGHT, LYING = 0.9, 0.75
BACKGROUND = 50
# Colors of a spot have values this far apart, those of the background do not.
COLORED = 128


def make_spots(width, height, spots, reduced=1):
    """A picture with a square at each of `spots` (left, top, side), red above and blue below; its
    working pixels are `reduced` times fewer on each side."""
    rgb = np.full((height, width, 3), BACKGROUND, np.uint8)
    for left, top, side in spots:
        middle = top + side // 2
        rgb[top:middle, left : left + side] = (255, 0, 0)
        rgb[middle : top + side, left : left + side] = (0, 0, 255)
    size = (width // reduced, height // reduced)
    working = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return Picture(working, width, height)


class SpotGraph:
    """Sees each spot of at least `smallest` pixels of its input; less surely if it is not
    upright."""

    def __init__(self, smallest=8, provider=CPU):
        self.smallest = smallest
        self.provider = provider
        self.shapes = []

    def run(self, inputs):
        self.shapes.append(inputs.shape)
        rows = [make_outputs(inputs.shape, list(self._find(planes))) for planes in inputs]
        return [np.stack(parts) for parts in zip(*rows, strict=True)]

    def _find(self, planes):
        colored = (planes.max(axis=0) - planes.min(axis=0) > COLORED).astype(np.uint8)
        for left, top, width, height, _ in cv2.connectedComponentsWithStats(colored)[2][1:]:
            if min(width, height) < self.smallest:
                continue
            spot = planes[:, top : top + height, left : left + width]
            above, below = np.array_split(spot, 2, axis=1)
            # Blue, green, red: the upper half of an upright spot is redder.
            is_upright = above[2].mean() - below[2].mean() > COLORED
            score = UPRIGHT if is_upright else LYING
            yield left + width / 2, top + height / 2, width, height, score


def make_outputs(shape, faces):
    """What the model gives for `faces` (center, size, score), at anchors of the finest stride."""
    _, _, height, width = shape
    outputs = []
    for channels in (1, 1, 4, 10):
        for stride in STRIDES:
            anchors = (height // stride) * (width // stride)
            outputs.append(np.zeros((anchors, channels), np.float32))
    for x, y, face_width, face_height, score in faces:
        anchor = int(y // 8) * (width // 8) + int(x // 8)
        offset = (x / 8 - x // 8, y / 8 - y // 8)
        outputs[0][anchor] = outputs[3][anchor] = score
        outputs[6][anchor] = (*offset, np.log(face_width / 8), np.log(face_height / 8))
        outputs[9][anchor] = np.tile(offset, 5)
    return outputs
