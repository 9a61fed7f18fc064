"""Shares of a whole and their 95% intervals, for faces of which many are in the same picture."""

from dataclasses import dataclass
from math import hypot, sqrt

# The 97.5% quantile of the normal distribution, for 95% intervals.
Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the whole and its 95% interval, all from 0 to 1."""

    value: float
    low: float
    high: float


def wilson_share(count: int, total: int, design_effect: float = 1.0) -> Share:
    """`count / total` with its Wilson score interval (Wilson 1927), from 0 to 1 if `total` is 0.

    The interval is that of `total / design_effect` independent faces (Kish 1965).
    """
    if total == 0:
        return Share(0.0, 0.0, 1.0)
    share, faces = count / total, total / design_effect
    z2 = Z_95**2
    center = (share + z2 / (2 * faces)) / (1 + z2 / faces)
    half = Z_95 / (1 + z2 / faces) * sqrt(share * (1 - share) / faces + z2 / (4 * faces**2))
    return Share(share, max(0.0, center - half), min(1.0, center + half))


def bound_design_effect(faces: int, faces_squared: int) -> float:
    """The largest possible design effect, of faces that are equal within clusters (Kish 1965)."""
    return max(1.0, faces_squared / faces) if faces else 1.0


def subtract_shares(second: Share, first: Share) -> Share:
    """The second less the first of two independent shares, with its 95% interval, from -1 to 1.

    From their own intervals, which may be of any kind, as Newcombe (1998, method 10) does for
    Wilson's, and Zou and Donner (2008) show in general.
    """
    value = second.value - first.value
    below = hypot(second.value - second.low, first.high - first.value)
    above = hypot(second.high - second.value, first.value - first.low)
    return Share(value, max(-1.0, value - below), min(1.0, value + above))
