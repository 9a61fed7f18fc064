"""All measures of a face to one value: how exact its age can be expected to be.

Each factor is the mean error of clear faces over that of faces that are worse in this one way. They
were measured with the default pack on 800 labeled faces, degraded in 37 ways: `make bench-quality`.
"""

from math import acos, cos, degrees, radians

from models.face import Pose

# From here up, a face is as good as any: pixels between the eyes, with fewer of which landmarks are
# less exact, and those of them that show detail. More are not measured.
ENOUGH_EYE_PIXELS, ENOUGH_DETAIL_PIXELS = 15.0, 12.5
MOST_EYE_PIXELS = 28.0
# Errors grow from this angle on, and would double within a further 35 degrees.
LARGEST_ANGLE, DEGREES_TO_NOTHING, LEAST_OF_POSE = 25.0, 70.0, 0.2
# Contrast, not brightness: dark skin in good light has as much of it as light skin.
ENOUGH_CONTRAST = 0.11
# The detector is less certain of faces that are covered; it never doubts a clear one more.
CERTAIN_SCORE, LOSS_PER_SCORE, LEAST_OF_SCORE = 0.9, 4.0, 0.6
# What is wrong in several ways is not as bad as the product: a dark face looks blurred as well.
OVERLAP = 0.8


def rate_quality(
    eye_pixels: float, sharpness: float, contrast: float, pose: Pose, score: float
) -> float:
    """From 0 to 1; `score` is the detector's."""
    product = (
        min(1.0, eye_pixels / ENOUGH_EYE_PIXELS)
        * min(1.0, sharpness * min(eye_pixels, MOST_EYE_PIXELS) / ENOUGH_DETAIL_PIXELS)
        * _rate_pose(pose)
        * min(1.0, contrast / ENOUGH_CONTRAST)
        * max(LEAST_OF_SCORE, min(1.0, 1.0 - LOSS_PER_SCORE * (CERTAIN_SCORE - score)))
    )
    return float(product**OVERLAP)


def _rate_pose(pose: Pose) -> float:
    """By the angle between the direction of the face and that of the camera."""
    toward = cos(radians(pose.yaw)) * cos(radians(pose.pitch))
    angle = degrees(acos(max(-1.0, min(1.0, toward))))
    return max(LEAST_OF_POSE, min(1.0, 1.0 - (angle - LARGEST_ANGLE) / DEGREES_TO_NOTHING))
