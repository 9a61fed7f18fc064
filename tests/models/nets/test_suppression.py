"""The best of the boxes on one face is kept."""

import numpy as np
import pytest

from models.nets.suppression import keep_best, measure_iou

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


def test_overlap_is_shared_over_joint_area():
    others = np.array([SAME, [5, 0, 15, 10], FAR, [3, 3, 3, 3]], np.float32)
    overlap = measure_iou(np.array(SAME, np.float32), others)
    assert overlap.tolist() == pytest.approx([1.0, 1 / 3, 0.0, 0.0])
