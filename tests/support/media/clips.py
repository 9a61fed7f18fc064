"""Videos made by the tests: faces of the sample photos that move over a background."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from models.face import Box
from models.pictures.picture import decode_picture
from models.pictures.working_size import WorkingSize
from tests.support.work.worker import open_analyzer

FRAMES_PER_SECOND = 10.0
WIDTH, HEIGHT = 640, 360
FACE_SIDE = 110
SAMPLES = ("face_detection_input.jpg", "gender_detection_input.jpg", "astronaut.png")


@dataclass(frozen=True)
class Actor:
    """A face that moves from `start` to `end`, and is visible between two times in `seconds`."""

    face: int
    start: tuple[int, int]
    end: tuple[int, int]
    seconds: tuple[float, float]


# Three people in a shot of four seconds, one of whom comes later; after a shot change, two others.
CAST = (
    Actor(0, (10, 20), (180, 60), (0.0, 4.0)),
    Actor(1, (250, 200), (330, 120), (0.0, 4.0)),
    Actor(2, (500, 30), (480, 180), (1.0, 4.0)),
    Actor(3, (60, 180), (200, 120), (4.0, 7.0)),
    Actor(4, (420, 60), (360, 160), (4.0, 7.0)),
)
PEOPLE = len(CAST)
SECONDS = 7.0
CUT_SECONDS = 4.0


def write_clip(
    path: Path,
    weights_dir: Path,
    cast: tuple[Actor, ...] = CAST,
    seconds: float = SECONDS,
    codec: str = "mp4v",
) -> Path:
    """A video of two shots, each with a background of its own."""
    writer = cv2.VideoWriter(
        str(path),
        cv2.CAP_FFMPEG,
        cv2.VideoWriter.fourcc(*codec),
        FRAMES_PER_SECOND,
        (WIDTH, HEIGHT),
    )
    assert writer.isOpened()
    for number in range(round(seconds * FRAMES_PER_SECOND)):
        writer.write(draw_frame(number / FRAMES_PER_SECOND, weights_dir, cast))
    writer.release()
    return path


def draw_frame(seconds: float, weights_dir: Path, cast: tuple[Actor, ...] = CAST) -> np.ndarray:
    """(H, W, 3) BGR."""
    frame = _background(seconds >= CUT_SECONDS)
    for actor in cast:
        first, last = actor.seconds
        if first <= seconds < last:
            part = (seconds - first) / (last - first)
            x, y = (round(a + (b - a) * part) for a, b in zip(actor.start, actor.end, strict=True))
            frame[y : y + FACE_SIDE, x : x + FACE_SIDE] = _faces(weights_dir)[actor.face]
    return frame


def _background(second_shot: bool) -> np.ndarray:
    ramp = np.linspace(60, 140, WIDTH, dtype=np.uint8)
    colors = (ramp, ramp // 2, ramp // 3) if second_shot else (ramp // 3, ramp, ramp // 2)
    return np.repeat(np.stack(colors, axis=1)[np.newaxis], HEIGHT, axis=0).copy()


@cache
def _faces(weights_dir: Path) -> list[np.ndarray]:
    """Squares around the faces of the sample photos, (side, side, 3) BGR."""
    analyzer = open_analyzer(weights_dir)
    cuttings = []
    for name in SAMPLES:
        data = (weights_dir / "samples" / name).read_bytes()
        picture = decode_picture(data, max_pixels=10**8, working_size=WorkingSize(10**4))
        found = sorted(analyzer.detect([picture])[0].faces, key=lambda face: face.detection.box.x)
        cuttings += [_cut(picture.rgb, face.detection.box) for face in found]
    return cuttings


def _cut(rgb: np.ndarray, box: Box) -> np.ndarray:
    half = round(max(box.width, box.height) * 0.85)
    x, y = box.x + box.width // 2, box.y + box.height // 2
    padded = np.pad(rgb, ((half, half), (half, half), (0, 0)), mode="edge")
    square = padded[y : y + 2 * half, x : x + 2 * half]
    small = cv2.resize(square, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
