"""Large pictures of many small faces, made of a sample photo."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 4000, 1200
COLUMNS, ROWS = 6, 3
# In the sample, two faces are 92 and 104 pixels wide.
SAMPLE, PEOPLE_IN_SAMPLE = "gender_detection_input.jpg", 2
SAMPLE_WIDTH = 240
PEOPLE = COLUMNS * ROWS * PEOPLE_IN_SAMPLE


def draw_crowd(weights_dir: Path) -> np.ndarray:
    """(1200, 4000, 3) RGB with 36 faces, each 27 to 32 pixels wide."""
    with Image.open(weights_dir / "samples" / SAMPLE) as sample:
        size = (SAMPLE_WIDTH, round(sample.height * SAMPLE_WIDTH / sample.width))
        small = sample.convert("RGB").resize(size, Image.Resampling.BICUBIC)
    crowd = Image.new("RGB", (WIDTH, HEIGHT), (90, 110, 100))
    for column in range(COLUMNS):
        for row in range(ROWS):
            crowd.paste(small, (40 + column * WIDTH // COLUMNS, 60 + row * HEIGHT // ROWS))
    return np.asarray(crowd)


def encode_crowd(weights_dir: Path) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(draw_crowd(weights_dir)).save(stream, "JPEG", quality=92)
    return stream.getvalue()
