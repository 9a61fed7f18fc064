"""Items whose faces follow from their names: a picture is made of the hash of its name, and its
faces of the pixels.
"""

from collections.abc import Sequence
from hashlib import sha256

import cv2
import numpy as np
from numpy.typing import NDArray

from db.item_values import ClaimedItem, Failure, ItemResult
from db.states import ErrorCode
from models.face import AgeEstimate, Box, Detection, Dropped, Face, FaceQuality, Gender, Pose

# An address such as submitters give; the workers of a cluster open no file for it.
SCHEME = "file:///faults/"
KEY_BYTES = 32
SIDE_PIXELS = 8
MOST_FACES = 3
# Of 256 values of quality, those below are too unclear.
LEAST_JUDGED = 40
# The part of a name after this distinguishes duplicates.
COPY = "+"
# The first word of a name is what the item does to its worker.
GOOD = "face"
BAD = "bad"  # no picture at all
UNSEEN = "unseen"  # a worker dies of it before it has marked which item it has in hand
POISON = ("segv", "kill", "hang", "swell", UNSEEN)


def name_items(count: int, **kinds: int) -> list[str]:
    """This many names; those of other kinds are spread evenly among the good ones."""
    names = [f"{GOOD}-{number}.png" for number in range(count)]
    wanted = [kind for kind, times in kinds.items() for _ in range(times)]
    for index, kind in enumerate(wanted):
        position = (2 * index + 1) * count // (2 * len(wanted))
        names[position] = f"{kind}-{position}.png"
    return names


def name_copies(names: Sequence[str]) -> list[str]:
    """The same names, of which every third is a duplicate of a distant picture."""
    return [
        f"{names[(7 * position) % len(names)]}{COPY}{position}" if position % 3 == 2 else name
        for position, name in enumerate(names)
    ]


def original_of(name: str) -> str:
    """The name that a picture is made of: the same for all its duplicates."""
    return name.partition(COPY)[0]


def kind_of(name: str) -> str:
    return name.partition("-")[0]


def draw_picture(name: str) -> bytes:
    """A PNG file with the hash of the name; for a bad item, bytes that are not a picture."""
    if kind_of(name) == BAD:
        return f"no picture: {name}".encode()
    key = np.frombuffer(_key_of(name), dtype=np.uint8)
    rgb = np.resize(key, (SIDE_PIXELS, SIDE_PIXELS, 3))
    _, encoded = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    return encoded.tobytes()


def _key_of(name: str) -> bytes:
    return sha256(original_of(name).encode()).digest()


def read_key(rgb: NDArray[np.uint8]) -> bytes:
    """The hash that `draw_picture` wrote into the pixels."""
    return rgb.reshape(-1)[:KEY_BYTES].tobytes()


def detect(key: bytes) -> list[Detection]:
    """None to three faces."""
    return [_detect_one(key[4 * number :]) for number in range(key[-1] % (MOST_FACES + 1))]


def _detect_one(key: bytes) -> Detection:
    x, y, width = key[0], key[1], key[2] + 1
    landmarks = tuple((x + number, y + number) for number in range(5))
    return Detection(Box(x, y, width, width), 0.5 + key[3] / 512, landmarks)


def drop(key: bytes) -> Dropped:
    """The number of dropped faces."""
    return Dropped(key[-2] % MOST_FACES, key[-3] % MOST_FACES)


def estimate(detection: Detection) -> Face:
    """An age, a gender and a quality that follow from the box."""
    quality = detection.box.y
    years = 1.0 + detection.box.x % 90 + detection.box.y / 512
    return Face(
        box=detection.box,
        score=detection.score,
        landmarks=detection.landmarks,
        gender=Gender(detection.box.width / 256),
        age=AgeEstimate(years, int(years), int(years) + 5, "25-32"),
        quality=FaceQuality(
            value=quality / 255,
            eye_pixels=detection.box.width,
            sharpness=1.0,
            brightness=0.5,
            contrast=0.3,
            pose=Pose(detection.box.x - 128, 0.0, 0.0),
        ),
        judged=quality >= LEAST_JUDGED,
    )


def expect_dropped(name: str) -> Dropped:
    """The faces that a fault-free run drops of an item."""
    return drop(_key_of(name)) if kind_of(name) == GOOD else Dropped()


def expect_faces(name: str) -> list[Face]:
    """The faces that a fault-free run finds in an item."""
    if kind_of(name) != GOOD:
        return []
    return [estimate(detection) for detection in detect(_key_of(name))]


def expect_result(item: ClaimedItem) -> ItemResult:
    """The result that a fault-free run records for an item that crashes no worker."""
    if kind_of(item.name) == BAD:
        return ItemResult(item, error=Failure(ErrorCode.UNREADABLE, "It is broken."))
    faces, dropped = tuple(expect_faces(item.name)), expect_dropped(item.name)
    return ItemResult(item, None, SIDE_PIXELS, SIDE_PIXELS, faces, dropped=dropped)
