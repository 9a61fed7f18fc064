"""Shares corrected for the models' confusion, with intervals that include both sources of error.

The method and its sources: docs/evaluation.md.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.errors import CalibrationError
from models.statistics.confusion import Confusion, Group
from models.statistics.mixture import fit_mixtures
from models.statistics.shares import Share

# The number of redrawn evaluations and audiences that the 95% interval is taken from.
DRAWS = 300
DRAW_TURNS, DRAW_NEAR = 40, 1e-4
TURNS, NEAR = 1000, 1e-9
# Each labeled group gets one extra face, spread evenly over all predictions (Perks 1947): an error
# that does not occur among few faces may still occur.
PRIOR_FACES = 1.0
# EM never leaves a share of zero: draws start from the likeliest shares mixed with even ones.
EVEN = 0.1
SEED = 20_261_123


def correct_shares(
    confusion: Confusion,
    observed: Mapping[Group, int],
    *,
    design_effect: float = 1.0,
    seed: int = SEED,
) -> dict[Group, Share]:
    """The true shares of `confusion.truths` behind the `observed` counts of its predictions.

    `design_effect` is that of the observed faces in their pictures. Raises CalibrationError if
    the evaluation has no face of a group, or lacks a prediction.
    """
    counts = np.array(confusion.counts, dtype=np.float64)
    seen = _arrange(confusion, observed)
    _require_labeled(confusion, counts)
    if not seen.sum():
        return dict.fromkeys(confusion.truths, Share(0.0, 0.0, 1.0))
    labeled = counts / confusion.design_effect + PRIOR_FACES / counts.shape[1]
    likeliest = _fit(labeled, seen)
    drawn = _draw(labeled, seen / design_effect, likeliest, np.random.default_rng(seed))
    # The mean of the draws is nearer to the truth than the likeliest shares, which become extreme
    # if groups are hard to distinguish (bagging: Breiman 1996).
    values = drawn.mean(0)
    low, high = _bound(values, likeliest, drawn)
    return {
        group: Share(float(values[k]), float(low[k]), float(high[k]))
        for k, group in enumerate(confusion.truths)
    }


def _arrange(confusion: Confusion, observed: Mapping[Group, int]) -> NDArray[np.float64]:
    if unknown := observed.keys() - set(confusion.predictions):
        raise CalibrationError(
            f"The evaluation has no prediction {_describe(min(unknown, key=str))}."
        )
    counts = [observed.get(group, 0) for group in confusion.predictions]
    return np.array(counts, dtype=np.float64)


def _require_labeled(confusion: Confusion, counts: NDArray[np.float64]) -> None:
    lacking = [
        _describe(group)
        for group, faces in zip(confusion.truths, counts.sum(1), strict=True)
        if not faces
    ]
    if lacking:
        raise CalibrationError(
            f"The evaluation has no face labeled {', '.join(lacking)}: evaluate more pictures, "
            "or ask for wider bands."
        )


def _describe(group: Group) -> str:
    return " ".join(part for part in group if part is not None) or "at all"


def _fit(labeled: NDArray[np.float64], seen: NDArray[np.float64]) -> NDArray[np.float64]:
    kinds = len(labeled)
    parts = labeled / labeled.sum(1, keepdims=True)
    start = np.full((1, kinds), 1 / kinds)
    observed = (seen / seen.sum())[None]
    [shares] = fit_mixtures(parts[None], observed, start, turns=TURNS, near=NEAR)
    return np.asarray(shares)


def _draw(
    labeled: NDArray[np.float64],
    seen: NDArray[np.float64],
    likeliest: NDArray[np.float64],
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Shares (DRAWS, K) for redrawn labeled faces and redrawn observed faces."""
    kinds, predictions = labeled.shape
    parts = random.standard_gamma(np.broadcast_to(labeled, (DRAWS, kinds, predictions)))
    believed = seen + PRIOR_FACES / predictions
    others = random.standard_gamma(np.broadcast_to(believed, (DRAWS, predictions)))
    start = np.broadcast_to((likeliest + EVEN / kinds) / (1 + EVEN), (DRAWS, kinds))
    return fit_mixtures(
        parts / parts.sum(2, keepdims=True),
        others / others.sum(1, keepdims=True),
        start,
        turns=DRAW_TURNS,
        near=DRAW_NEAR,
    )


def _bound(
    values: NDArray[np.float64], likeliest: NDArray[np.float64], drawn: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Percentiles of the draws.

    As no share can be negative, noise in small groups always takes from a large one, whose draws
    are then too low: its upper end is at least as far from the likeliest share as its lower end.
    """
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    high = np.minimum(np.maximum(high, 2 * likeliest - low), 1.0)
    # The mean may be outside if very few draws are far from all others.
    return np.minimum(low, values), np.maximum(high, values)
