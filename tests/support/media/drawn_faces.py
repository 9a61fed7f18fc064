"""Drawn faces whose age and gender show, and tables of them: enough for nets to learn from.

The older a face, the lighter its hair and the more wrinkles on its forehead. Long hair and red lips
are female; a brown beard is male.
Skin, background and place differ from person to person and from picture to picture.
"""

import csv
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 96
AGES = (10, 40, 75)
GENDERS = ("female", "male")
BANDS = "0-24,25-59,60-120"


@dataclass(frozen=True)
class Drawn:
    """A row of a table, with its picture."""

    path: Path
    age: int
    gender: str
    subject: str


def draw_face(age: int, gender: str, subject: int, picture: int) -> NDArray[np.uint8]:
    """(96, 96, 3) RGB."""
    person, random = np.random.default_rng(subject), np.random.default_rng((subject, picture))
    skin = tuple(int(value) for value in person.integers((150, 100, 70), (245, 200, 170)))
    hair = tuple(min(235, 30 + int(age * 2.6) + int(one)) for one in random.integers(0, 15, 3))
    canvas = _draw_background(random)
    middle = tuple(int(SIDE / 2 + shift) for shift in random.integers(-5, 6, 2))
    if gender == "female":
        _fill(canvas, (middle[0], middle[1] + 8), (36, 40), hair)
    _fill(canvas, (middle[0], middle[1] - 6), (29, 34), hair)
    _fill(canvas, (middle[0], middle[1] + 4), (24, 30), skin)
    if gender == "male":
        _fill(canvas, (middle[0], middle[1] + 24), (22, 14), (70, 40, 20))
    else:
        _fill(canvas, (middle[0], middle[1] + 21), (12, 5), (220, 0, 30))
    for side in (-10, 10):
        _fill(canvas, (middle[0] + side, middle[1]), (4, 3), (20, 20, 30))
    for line in range(age // 12):
        height = middle[1] - 20 + line * 3
        ends = ((middle[0] - 14, height), (middle[0] + 14, height))
        cv2.line(canvas, *ends, tuple(value - 60 for value in skin), 1)
    return canvas


def _draw_background(random: np.random.Generator) -> NDArray[np.uint8]:
    """Spots of any color: pictures of one person do not look the same."""
    coarse = random.integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return np.ascontiguousarray(cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC))


def _fill(
    canvas: NDArray[np.uint8],
    center: tuple[int, int],
    axes: tuple[int, int],
    color: tuple[int, ...],
) -> None:
    cv2.ellipse(canvas, center, axes, 0, 0, 360, color, cv2.FILLED)


def draw_people(folder: Path, people_of_each: int = 8, pictures_of_each: int = 2) -> list[Drawn]:
    """Some people of each age and gender, with some pictures each, as files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = list(product(range(people_of_each), AGES, GENDERS))
    drawn = []
    for subject, (_, age, gender) in enumerate(kinds):
        for picture in range(pictures_of_each):
            path = folder / f"{subject:03}-{picture}.png"
            face = draw_face(age, gender, subject, picture)
            cv2.imwrite(str(path), cv2.cvtColor(face, cv2.COLOR_RGB2BGR))
            drawn.append(Drawn(path, age, gender, f"person-{subject}"))
    return drawn


def write_table(path: Path, rows: list[Drawn], **more: list[object]) -> Path:
    """A table of labels; `more` are further columns."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "age", "gender", "subject", *more])
        for row, *cells in zip(rows, *more.values(), strict=True):
            writer.writerow([row.path.name, row.age, row.gender, row.subject, *cells])
    return path
