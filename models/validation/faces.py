"""Chips and pictures to try a pack on: made ones, and the sample pictures where they are."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.pictures.picture import Picture
from models.weights.catalog import SAMPLES
from models.weights.folder import FileState, check_file

SEED = 20_261_127
WIDTH, HEIGHT = 640, 480


def make_chips(side: int, count: int) -> NDArray[np.uint8]:
    """Different blurred patterns (count, side, side, 3) RGB."""
    random = np.random.default_rng(SEED)
    coarse = random.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    smooth = [cv2.resize(one, (side, side), interpolation=cv2.INTER_LINEAR) for one in coarse]
    return np.stack(smooth).astype(np.uint8)


def make_picture() -> Picture:
    """A picture without a face."""
    rgb = cv2.resize(make_chips(64, 1)[0], (WIDTH, HEIGHT)).astype(np.uint8)
    return Picture(rgb, WIDTH, HEIGHT)


def read_samples(weights_dir: Path) -> Iterator[Picture]:
    """The sample pictures that are in `weights_dir`, at most half a megapixel each; most of them
    show faces."""
    for file in SAMPLES:
        status = check_file(weights_dir, file)
        if status.state == FileState.READY:
            bgr = cv2.imread(str(status.path), cv2.IMREAD_REDUCED_COLOR_2)
            if bgr is not None:
                rgb = np.ascontiguousarray(bgr[:, :, ::-1]).astype(np.uint8)
                yield Picture(rgb, rgb.shape[1], rgb.shape[0])
