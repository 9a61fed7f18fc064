"""Figures of detection, counted by hand on a few boxes; their intervals, on many."""

import numpy as np
import pytest

from models.accuracy.boxed_pictures import BoxedPicture, FoundBox, match_boxes, measure_iou
from models.accuracy.detection_score import score_detection
from models.face import Box


def box(x, y=0, side=10):
    return Box(x, y, side, side)


def found(x, score, y=0, side=10):
    return FoundBox(box(x, y, side), score)


# Of four labeled faces three are found; of six found boxes one is unclear and two are false.
PICTURES = [
    BoxedPicture((box(0), box(100)), (found(1, 0.9), found(50, 0.8))),
    BoxedPicture((box(0), box(100)), (found(0, 0.7), found(102, 0.6))),
    BoxedPicture((), (found(0, 0.95), found(30, 0.85)), unclear=(box(0),)),
]


@pytest.mark.parametrize(
    ("one", "other", "iou"),
    [
        (box(0), box(0), 1.0),
        (box(0), box(5), 1 / 3),
        (box(0), box(10), 0.0),
        (box(0), Box(0, 0, 10, 5), 0.5),
        (box(0), box(50, 50), 0.0),
    ],
    ids=["same", "half-shifted", "touching", "half", "apart"],
)
def test_intersection_over_union(one, other, iou):
    assert measure_iou(one, other) == pytest.approx(iou)
    assert measure_iou(other, one) == pytest.approx(iou)


def test_a_face_is_found_once():
    matches = match_boxes([BoxedPicture((box(0),), (found(1, 0.8), found(0, 0.9)))])
    assert matches.scores.tolist() == [0.9, 0.8]
    assert matches.hits.tolist() == [True, False]


def test_a_box_is_that_of_the_face_it_shares_most_with():
    picture = BoxedPicture((box(0), box(4)), (found(3, 0.9), found(0, 0.8)))
    assert match_boxes([picture]).hits.tolist() == [True, True]


def test_an_unclear_face_is_neither_missed_nor_false():
    matches = match_boxes([PICTURES[2]])
    assert matches.scores.tolist() == [0.85]
    assert matches.labeled.tolist() == [0]


def test_the_figures_of_a_few_boxes():
    score = score_detection(PICTURES)
    assert score.pictures == 3
    assert score.recall.value == pytest.approx(3 / 4)
    assert score.precision.value == pytest.approx(3 / 5)
    assert score.false_per_picture.value == pytest.approx(2 / 3)
    # Hits at 0.9, 0.7 and 0.6, false boxes at 0.85 and 0.8: precisions of 1, 2/4 and 3/5, and the
    # second counts as the third.
    assert score.average_precision.value == pytest.approx((1 + 3 / 5 + 3 / 5) / 4)
    assert score.recall.faces == 4


def test_boxes_of_equal_score_count_together_in_any_order():
    boxes = (found(0, 0.9), found(50, 0.9))
    scores = [score_detection([BoxedPicture((box(0),), order)]) for order in (boxes, boxes[::-1])]
    assert [one.average_precision.value for one in scores] == [0.5, 0.5]


def test_without_labeled_or_found_faces_a_figure_has_no_value():
    empty = score_detection([BoxedPicture((), ())])
    assert (empty.recall, empty.precision, empty.average_precision) == (None, None, None)
    assert empty.false_per_picture.value == 0
    missed = score_detection([BoxedPicture((box(0),), ())])
    assert (missed.recall.value, missed.average_precision.value) == (0, 0)
    assert missed.precision is None


def test_the_interval_of_a_figure_is_that_of_drawing_pictures():
    """A third of 300 pictures have two faces, of which both are found or none."""
    random = np.random.default_rng(5)
    pictures = []
    for _ in range(300):
        labeled = (box(0), box(50)) if random.random() < 1 / 3 else ()
        hit = random.random() < 0.8
        boxes = tuple(FoundBox(one, random.uniform(0.7, 1)) for one in labeled if hit)
        pictures.append(BoxedPicture(labeled, boxes))
    recall = score_detection(pictures).recall
    crowded = sum(bool(one.labeled) for one in pictures)
    error = np.sqrt(recall.value * (1 - recall.value) / crowded)
    assert recall.high - recall.low == pytest.approx(2 * 1.96 * error, rel=0.15)
    assert recall.low < recall.value < recall.high


def test_the_same_pictures_always_give_the_same_figures():
    assert score_detection(PICTURES) == score_detection(PICTURES)
