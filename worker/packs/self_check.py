"""Whether the models of a process still work: now and then they analyze a drawn face again.

A GPU that was lost, or memory that was damaged, shows as an error, or as another result.
"""

import logging
from contextlib import suppress
from math import isclose
from time import monotonic

import cv2
import numpy as np
from numpy.typing import NDArray
from sqlalchemy.exc import DBAPIError

from db.counters import Counter, count
from db.engine import Database
from models.face import Face
from models.nets.analyzer import Analyzer
from models.pictures.picture import Picture

logger = logging.getLogger(__name__)

# Rare enough to cost nothing: a check takes as long as a small picture.
CHECK_SECONDS = 300.0
# Runtimes may add numbers in another order from one call to the next.
TOLERANCE = 0.01
SIDE = 240


class SelfCheck:
    """Made when the models are opened: what they find then is what they have to find later."""

    def __init__(
        self, analyzer: Analyzer, database: Database, check_seconds: float = CHECK_SECONDS
    ) -> None:
        self._analyzer = analyzer
        self._database = database
        self._check_seconds = check_seconds
        self._picture = Picture(draw_face(), SIDE, SIDE)
        self._expected = self._analyze()
        self._next_check = monotonic() + check_seconds

    def passes(self) -> bool:
        """False where the models fail; they are tried only if the last check was long ago."""
        if monotonic() < self._next_check:
            return True
        self._next_check = monotonic() + self._check_seconds
        passed = self._try()
        with suppress(DBAPIError), self._database.write() as session:
            count(session, Counter.SELF_CHECKS, "passed" if passed else "failed")
        return passed

    def _try(self) -> bool:
        try:
            found = self._analyze()
        except Exception:
            logger.exception("models failed their check")
            return False
        if not _agree(self._expected, found):
            logger.error("models give another result than when they were opened")
            return False
        return True

    def _analyze(self) -> list[Face]:
        [found] = self._analyzer.detect([self._picture])
        return self._analyzer.estimate(found.faces)


def _agree(expected: list[Face], found: list[Face]) -> bool:
    return len(expected) == len(found) and all(
        isclose(one.score, other.score, abs_tol=TOLERANCE)
        and isclose(one.gender.female, other.gender.female, abs_tol=TOLERANCE)
        and isclose(one.age.years, other.age.years, rel_tol=TOLERANCE)
        for one, other in zip(expected, found, strict=True)
    )


def draw_face() -> NDArray[np.uint8]:
    """(SIDE, SIDE, 3) RGB: hair, skin, eyes, brows, nose and mouth, smoothed."""
    canvas = np.full((SIDE, SIDE, 3), (120, 140, 160), np.uint8)
    for middle, axes, color in (
        ((120, 105), (72, 84), (60, 40, 30)),
        ((120, 126), (58, 74), (222, 178, 150)),
        ((97, 112), (12, 7), (250, 250, 250)),
        ((143, 112), (12, 7), (250, 250, 250)),
        ((97, 112), (6, 6), (30, 25, 25)),
        ((143, 112), (6, 6), (30, 25, 25)),
        ((97, 97), (15, 3), (70, 45, 35)),
        ((143, 97), (15, 3), (70, 45, 35)),
        ((120, 138), (8, 11), (200, 150, 125)),
        ((120, 165), (20, 6), (185, 80, 80)),
    ):
        cv2.ellipse(canvas, middle, axes, 0, 0, 360, color, cv2.FILLED, cv2.LINE_AA)
    return np.ascontiguousarray(cv2.GaussianBlur(canvas, (5, 5), 0), dtype=np.uint8)
