"""Two series of faces are told apart by their largest differences."""

from dataclasses import replace

import pytest

from benchmarks.accelerators.equality import compare_faces
from models.face import Box
from tests.support.work.jobs import make_face

FACE = make_face(years=30.0, female=0.9)


@pytest.mark.parametrize(
    ("other", "holds"),
    [
        (FACE, True),
        (replace(FACE, box=Box(11, 20, 30, 40)), True),
        (replace(FACE, box=Box(10, 22, 30, 40)), False),
        (make_face(years=30.4), True),
        (make_face(years=31.0), False),
    ],
    ids=["same", "one pixel", "two pixels", "half a year", "a year"],
)
def test_faces_are_equal_within_a_pixel_and_half_a_year(other, holds):
    assert compare_faces([[FACE], []], [[other], []]).figures["holds"] is holds


def test_a_face_that_only_one_finds_is_missing():
    compared = compare_faces([[FACE, FACE], [FACE]], [[FACE], [FACE]])
    assert (compared.missing, compared.faces) == (1, 1)
    assert not compared.figures["holds"]
