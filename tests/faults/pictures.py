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
from models.face import AgeEstimate, Box, Detection, Dropped, Face, Gender

# An address as submitters give it; no worker of ours opens a file for it.
SCHEME = "file:///faults/"
KEY_BYTES = 32
SIDE_PIXELS = 8
MOST_FACES = 3
# What follows it in a name tells copies apart.
COPY = "+"
# What an item does to its worker is the first word of its name.
GOOD = "face"
BAD = "bad"  # no picture at all
POISON = ("segv", "kill", "hang", "swell")


def name_items(count: int, **kinds: int) -> list[str]:
    """So many names; those of each other kind stand evenly among the good ones."""
    names = [f"{GOOD}-{number}.png" for number in range(count)]
    wanted = [kind for kind, times in kinds.items() for _ in range(times)]
    for index, kind in enumerate(wanted):
        position = (2 * index + 1) * count // (2 * len(wanted))
        names[position] = f"{kind}-{position}.png"
    return names


def name_copies(names: Sequence[str]) -> list[str]:
    """The same names, of which every third is a copy of a picture far from it."""
    return [
        f"{names[(7 * position) % len(names)]}{COPY}{position}" if position % 3 == 2 else name
        for position, name in enumerate(names)
    ]


def original_of(name: str) -> str:
    """The name that a picture is made of: the same for all its copies."""
    return name.partition(COPY)[0]


def kind_of(name: str) -> str:
    return name.partition("-")[0]


def draw_picture(name: str) -> bytes:
    """A PNG file that holds the hash of the name; of a bad item, no picture."""
    if kind_of(name) == BAD:
        return f"no picture: {name}".encode()
    key = np.frombuffer(_key_of(name), dtype=np.uint8)
    rgb = np.resize(key, (SIDE_PIXELS, SIDE_PIXELS, 3))
    _, encoded = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    return encoded.tobytes()


def _key_of(name: str) -> bytes:
    return sha256(original_of(name).encode()).digest()


def read_key(rgb: NDArray[np.uint8]) -> bytes:
    """What `draw_picture` wrote into the pixels."""
    return rgb.reshape(-1)[:KEY_BYTES].tobytes()


def detect(key: bytes) -> list[Detection]:
    """None to three faces."""
    return [_detect_one(key[4 * number :]) for number in range(key[-1] % (MOST_FACES + 1))]


def _detect_one(key: bytes) -> Detection:
    x, y, width = key[0], key[1], key[2] + 1
    landmarks = tuple((x + number, y + number) for number in range(5))
    return Detection(Box(x, y, width, width), 0.5 + key[3] / 512, landmarks)


def drop(key: bytes) -> Dropped:
    """How many likely faces are left out."""
    return Dropped(key[-2] % MOST_FACES, key[-3] % MOST_FACES)


def classify(detection: Detection) -> Face:
    """An age and a gender that follow from the box."""
    years = 1.0 + detection.box.x % 90 + detection.box.y / 512
    return Face(
        box=detection.box,
        score=detection.score,
        landmarks=detection.landmarks,
        gender=Gender(detection.box.width / 256),
        age=AgeEstimate(years, int(years), int(years) + 5, "25-32"),
    )


def expect_dropped(name: str) -> Dropped:
    """What a fault-free run leaves out in an item."""
    return drop(_key_of(name)) if kind_of(name) == GOOD else Dropped()


def expect_faces(name: str) -> list[Face]:
    """The faces a fault-free run finds in an item."""
    if kind_of(name) != GOOD:
        return []
    return [classify(detection) for detection in detect(_key_of(name))]


def expect_result(item: ClaimedItem) -> ItemResult:
    """What a fault-free run records of an item that ends no worker."""
    if kind_of(item.name) == BAD:
        return ItemResult(item, error=Failure(ErrorCode.UNREADABLE, "It is broken."))
    faces, dropped = tuple(expect_faces(item.name)), expect_dropped(item.name)
    return ItemResult(item, None, SIDE_PIXELS, SIDE_PIXELS, faces, dropped=dropped)
