"""Shares of a whole and their 95 % intervals, for faces that come many to a picture."""

from dataclasses import dataclass
from math import sqrt

# The 97.5 % point of the normal distribution, for 95 % intervals.
Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the whole and its 95 % interval, all from 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """What is to be known of pictures for a share's design effect; sums add up over any parts.

    A picture has `faces`, of which `hits` are of the group that the share is of.
    """

    pictures: int  # with at least one face
    faces: int
    hits: int
    faces_squared: int  # sum over the pictures of faces * faces
    hits_squared: int
    faces_times_hits: int


def wilson_share(count: int, total: int, design_effect: float = 1.0) -> Share:
    """`count / total` with its Wilson score interval (Wilson 1927); from 0 to 1 where there is no
    total.

    Under a design effect the interval is that of as many fewer faces (Kish 1965).
    """
    if total == 0:
        return Share(0.0, 0.0, 1.0)
    share, worth = count / total, total / design_effect
    z2 = Z_95**2
    centre = (share + z2 / (2 * worth)) / (1 + z2 / worth)
    half = Z_95 / (1 + z2 / worth) * sqrt(share * (1 - share) / worth + z2 / (4 * worth**2))
    return Share(share, max(0.0, centre - half), min(1.0, centre + half))


def measure_design_effect(sums: ClusterSums) -> float:
    """How many times the variance of a share exceeds that of faces drawn one by one.

    The variance is that of a ratio estimator over pictures (Cochran 1977, 6.3). Never under 1, and
    never over what faces would give that are all alike within a picture: few pictures tell little
    of it, so that is also taken where a share is all or nothing.
    """
    worst = bound_design_effect(sums.faces, sums.faces_squared)
    if sums.pictures < 2 or not 0 < sums.hits < sums.faces:
        return worst
    share = sums.hits / sums.faces
    residuals = (
        sums.hits_squared - 2 * share * sums.faces_times_hits + share**2 * sums.faces_squared
    )
    variance = sums.pictures / (sums.pictures - 1) * residuals / sums.faces**2
    return min(max(1.0, variance * sums.faces / (share * (1 - share))), worst)


def bound_design_effect(faces: int, faces_squared: int) -> float:
    """The design effect of faces that are all alike within their cluster (Kish 1965): none is
    larger.
    """
    return max(1.0, faces_squared / faces) if faces else 1.0
