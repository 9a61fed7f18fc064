"""A picture and a detection to the quality of the face, measured before it becomes a chip."""

from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from models.face import Detection, FaceQuality, Pose
from models.pictures.picture import Picture
from models.quality.covering import find_covering
from models.quality.head import Head, fit_head
from models.quality.rating import rate_quality
from models.quality.sharpness import measure_sharpness

# The measured square reaches this many distances between the eyes from its middle: from the brows
# to the chin, with little of what is around the face.
REACH = 0.86
# Of a face that is turned further, a mouth shows little detail anyway.
MOST_YAW_DEGREES = 30.0
# A larger face is shrunk to this side first: more detail does not make its age more exact.
LARGEST_SIDE = 48


def measure_quality(picture: Picture, detection: Detection) -> FaceQuality:
    """The quality of a face, whose landmarks are in pixels of the full picture."""
    head = fit_head(detection.landmarks)
    gray = _cut_face(picture, head)
    sharpness = measure_sharpness(gray)
    brightness, contrast = float(gray.mean()) / 255, 2 * float(gray.std()) / 255
    angles = (head.pose.yaw, head.pose.pitch, head.pose.roll)
    # Adding zero makes 0.0 of -0.0, which SQLite does as well, and PostgreSQL does not.
    pose = Pose(*(round(angle, 1) + 0.0 for angle in angles))
    value = rate_quality(head.eye_pixels, sharpness, contrast, pose, detection.score)
    return FaceQuality(
        round(value, 3),
        round(head.eye_pixels, 1),
        round(sharpness, 3),
        round(brightness, 3),
        round(min(1.0, contrast), 3),
        pose,
        _is_mouth_hidden(picture, detection, pose),
    )


def _is_mouth_hidden(picture: Picture, detection: Detection, pose: Pose) -> bool:
    points = np.array(detection.landmarks, dtype=np.float32)
    return abs(pose.yaw) <= MOST_YAW_DEGREES and find_covering(picture, points).mouth


def _cut_face(picture: Picture, head: Head) -> NDArray[np.float32]:
    """The middle of a face as gray pixels (h, w), never enlarged, not turned upright."""
    height, width, _ = picture.rgb.shape
    x, y = head.x / picture.scale, head.y / picture.scale
    reach = REACH * head.eye_pixels / picture.scale
    left, right = _bound(x - reach, x + reach, width)
    top, bottom = _bound(y - reach, y + reach, height)
    face = picture.rgb[top:bottom, left:right]
    shrinking = LARGEST_SIDE / max(face.shape[:2])
    if shrinking < 1:
        size = tuple(max(1, round(side * shrinking)) for side in (right - left, bottom - top))
        face = cv2.resize(face, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return cv2.cvtColor(face, cv2.COLOR_RGB2GRAY).astype(np.float32)


def _bound(start: float, stop: float, length: int) -> tuple[int, int]:
    """The pixels from `start` to `stop`, at least one of which is in the picture."""
    first = min(max(floor(start), 0), length - 1)
    return first, max(first + 1, min(ceil(stop), length))
