"""Shares of a mixture whose parts are known, for many mixtures at once."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Where a step of the extrapolation has no length, it is taken for this short.
SHORTEST = 1e-15
# A prediction that no part of the mixture makes has no likelihood, which must not become 0 / 0.
LEAST = 1e-300


def fit_mixtures(parts: Array, observed: Array, start: Array, *, turns: int, near: float) -> Array:
    """The likeliest shares (D, K) of K parts in each of D mixtures.

    `parts` (D, K, M) says how part k falls into M predictions, `observed` (D, M) what was
    predicted, both as shares; every share of `start` (D, K) must be positive. Each turn is two
    steps of expectation-maximization (Dempster, Laird, Rubin 1977), an extrapolation of them
    (SQUAREM: Varadhan, Roland 2008), and a step to settle; it ends when no share moves by `near`.
    """
    shares = start
    for _ in range(turns):
        moved = _turn(shares, parts, observed)
        done = np.abs(moved - shares).max() < near
        shares = moved
        if done:
            break
    return shares


def _turn(shares: Array, parts: Array, observed: Array) -> Array:
    once = _step(shares, parts, observed)
    twice = _step(once, parts, observed)
    change, bend = once - shares, twice - 2 * once + shares
    length = np.sqrt((change**2).sum(1) / np.maximum((bend**2).sum(1), SHORTEST**2))
    stride = np.maximum(length, 1.0)[:, None]
    far = shares + 2 * stride * change + stride**2 * bend
    # An extrapolation that leaves the shares' room is not taken.
    inside = (far >= 0).all(1, keepdims=True)
    return _step(np.where(inside, far, twice), parts, observed)


def _step(shares: Array, parts: Array, observed: Array) -> Array:
    expected = np.matmul(shares[:, None, :], parts)[:, 0]
    ratio = observed / np.maximum(expected, LEAST)
    weighed = shares * np.matmul(parts, ratio[:, :, None])[:, :, 0]
    return np.asarray(weighed / weighed.sum(1, keepdims=True))
