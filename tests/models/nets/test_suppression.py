"""The best of the boxes on one face is kept."""

import numpy as np
import pytest

from models.nets.suppression import keep_best, measure_overlap

SAME = [0, 0, 10, 10]
NEAR = [1, 0, 11, 10]
FAR = [50, 50, 60, 60]


@pytest.mark.parametrize(
    ("boxes", "scores", "kept"),
    [
        ([], [], []),
        ([SAME], [0.9], [0]),
        ([SAME, NEAR], [0.8, 0.9], [1]),
        ([SAME, FAR], [0.8, 0.9], [1, 0]),
        ([NEAR, SAME, FAR], [0.9, 0.9, 0.7], [1, 2]),
        ([SAME, SAME], [0.5, 0.5], [0]),
    ],
    ids=["none", "one", "better-wins", "apart", "tie-goes-left", "equal"],
)
def test_the_best_of_overlapping_boxes_is_kept(boxes, scores, kept):
    corners = np.array(boxes, np.float32).reshape(-1, 4)
    assert keep_best(corners, np.array(scores, np.float32), 0.3).tolist() == kept


def test_a_box_inside_a_better_one_is_dropped_if_asked():
    boxes = np.array([[0, 0, 40, 40], [10, 10, 20, 20], [35, 10, 45, 20], FAR], np.float32)
    for scores, kept in (([0.9, 0.8, 0.7, 0.6], [0, 2, 3]), ([0.7, 0.9, 0.8, 0.6], [1, 2, 3])):
        assert keep_best(boxes, np.array(scores, np.float32), 0.3, 0.6).tolist() == kept
        assert len(keep_best(boxes, np.array(scores, np.float32), 0.3)) == 4


def test_overlap_is_a_share_of_the_joint_area_and_of_the_smaller_box():
    others = np.array([SAME, [5, 0, 15, 10], FAR, [3, 3, 3, 3], [2, 2, 4, 4]], np.float32)
    iou, inside = measure_overlap(np.array(SAME, np.float32), others)
    assert iou.tolist() == pytest.approx([1.0, 1 / 3, 0.0, 0.0, 0.04])
    assert inside.tolist() == pytest.approx([1.0, 0.5, 0.0, 0.0, 1.0])
