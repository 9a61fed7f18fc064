"""A share of faces estimated from a random part of the items, and when that is known well enough.

Items are analyzed in runs of a few, in random order, so a sample is one of clusters. The share is a
ratio of two sums over runs, and its variance that between runs (Cochran 1977, Sampling Techniques,
sections 6.3 and 9A), less what is analyzed already: the finite-population correction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.statistics.shares import Z_95, Share, bound_design_effect, wilson_share

# Fewer runs than these do not show how much they differ: `make bench-stopping`.
FEWEST_RUNS = 80
FEWEST_OF_A_KIND = 30


@dataclass(frozen=True, slots=True)
class RunCounts:
    """Of each analyzed run, how many faces it has, and how many of these belong to the share."""

    faces: Sequence[int]
    hits: Sequence[int]


def estimate_share(counts: RunCounts, runs: int) -> Share:
    """The share and its 95% interval, from runs that were drawn at random from all `runs`; 0 to 1
    while too few are drawn, or they have no faces."""
    faces, hits = np.array(counts.faces, dtype=float), np.array(counts.hits, dtype=float)
    drawn, total, hit = len(faces), float(faces.sum()), float(hits.sum())
    if not total:
        return Share(0.0, 0.0, 1.0)
    share = hit / total
    if drawn >= runs:
        return Share(share, share, share)
    if drawn < FEWEST_RUNS:
        return Share(share, 0.0, 1.0)
    left = 1 - drawn / runs
    squares = float(((hits - share * faces) ** 2).sum()) / (drawn - 1)
    variance = left * squares * drawn / total**2
    independent = share * (1 - share) / total
    effect = max(left, variance / independent if independent else left)
    if min(int((hits > 0).sum()), int((hits < faces).sum())) < FEWEST_OF_A_KIND:
        # Few runs say little of how rare faces cluster: each run counts as one face.
        effect = max(effect, left * bound_design_effect(int(total), int(faces @ faces)))
    return wilson_share(int(hit), int(total), effect * (_student(drawn - 1) / Z_95) ** 2)


def is_known(share: Share, margin: float) -> bool:
    """Whether the interval reaches no further than the margin to either side."""
    return max(share.high - share.value, share.value - share.low) <= margin


def _student(freedom: int) -> float:
    """The 97.5% quantile of Student's distribution, to a thousandth from 30 degrees of freedom
    (Cornish and Fisher)."""
    z = Z_95
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
