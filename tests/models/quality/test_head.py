"""Landmarks give the size and pose of a head."""

import numpy as np
import pytest

from models.face import Landmarks
from models.quality.head import HEAD, fit_head

POSES = {
    "frontal": (0, 0, 0),
    "to the right": (35, 0, 0),
    "to the left": (-35, 0, 0),
    "profile": (70, 0, 0),
    "up": (0, 20, 0),
    "down": (0, -20, 0),
    "lying": (0, 0, 90),
    "upside down": (0, 0, -170),
    "everything": (-25, 15, 40),
}


def project(yaw: float, pitch: float, roll: float, eye_pixels: float = 1000) -> Landmarks:
    """The landmarks of the head model, turned: yaw first, then pitch, then roll."""
    y, p, r = np.radians((yaw, pitch, roll))
    turn_side = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    turn_up = [[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]
    turn_round = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
    turned = HEAD @ (np.array(turn_round) @ turn_up @ turn_side).T
    return tuple((x, y) for x, y in np.rint(turned[:, :2] * eye_pixels).astype(int).tolist())


@pytest.mark.parametrize("pose", POSES.values(), ids=POSES)
def test_the_pose_and_the_size_are_those_of_the_head(pose: tuple[int, int, int]) -> None:
    head = fit_head(project(*pose))
    assert (head.pose.yaw, head.pose.pitch, head.pose.roll) == pytest.approx(pose, abs=0.5)
    assert head.eye_pixels == pytest.approx(1000, rel=0.01)


def test_a_nose_towards_the_right_edge_of_the_picture_is_a_positive_yaw() -> None:
    eyes, mouth = ((100, 100), (140, 100)), ((103, 141), (137, 141))
    assert fit_head((*eyes, (130, 124), *mouth)).pose.yaw > 10
    assert fit_head((*eyes, (110, 124), *mouth)).pose.yaw < -10


def test_the_middle_of_the_face_moves_with_it() -> None:
    moved = tuple((x + 500, y - 40) for x, y in project(0, 0, 0, 50))
    head, twin = fit_head(project(0, 0, 0, 50)), fit_head(moved)
    assert (twin.x - head.x, twin.y - head.y) == pytest.approx((500, -40))
    assert head.y == pytest.approx(25, abs=2)


def test_landmarks_that_coincide_are_a_head_of_no_size() -> None:
    head = fit_head(((7, 7),) * 5)
    assert head.eye_pixels == 0
    assert (head.x, head.y) == (7, 7)
