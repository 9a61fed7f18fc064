"""The labeled person of a picture: the largest face, unless it is at the edge."""

import pytest

from models.face import Box
from models.prominence import find_most_prominent

CENTER, LARGER, AT_THE_EDGE = Box(40, 40, 20, 20), Box(30, 30, 40, 40), Box(0, 0, 22, 22)


@pytest.mark.parametrize(
    ("boxes", "found"),
    [([], None), ([CENTER], 0), ([CENTER, LARGER], 1), ([AT_THE_EDGE, CENTER], 1)],
    ids=["no face", "one", "the larger of two", "a little smaller, but in the center"],
)
def test_the_most_prominent_face_is_found(boxes, found):
    assert find_most_prominent(boxes, 100, 100) == found
