"""Faces are estimated as they are found, and few chips are kept."""

import numpy as np
import pytest

from models.face import Box, Detection
from models.nets.analyzer import AlignedFace
from tests.support.work.worker import LooseChunk, make_chunk
from worker.pictures.estimates import ESTIMATED_AT_ONCE, Estimates

CHIP = np.zeros((4, 4, 3), np.uint8)


class CountingAnalyzer:
    """Gives each face the number it was found with, and remembers how many came at once."""

    def __init__(self):
        self.batches = []

    def estimate(self, aligned):
        self.batches.append(len(aligned))
        return [one.detection.box.x for one in aligned]


def find(numbers):
    landmarks = ((1, 1),) * 5
    return [
        AlignedFace(Detection(Box(number, 0, 9, 9), 0.9, landmarks), (CHIP,), None)
        for number in numbers
    ]


@pytest.mark.parametrize("sizes", [[], [0], [3, 0, 5], [100, 100, 100], [1000]], ids=str)
def test_every_face_comes_once_and_in_order(sizes):
    analyzer, number = CountingAnalyzer(), 0
    estimates = Estimates(analyzer, LooseChunk(make_chunk()))
    for size in sizes:
        estimates.add(find(range(number, number + size)))
        number += size
        assert sum(analyzer.batches) > number - ESTIMATED_AT_ONCE
    assert estimates.finish() == list(range(number))
    assert all(batch <= ESTIMATED_AT_ONCE for batch in analyzer.batches)
