"""The shares of known parts in a mixture, for many mixtures at once."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# The length of an extrapolation that would have none.
SHORTEST = 1e-15
# The likelihood of a prediction that no part of the mixture makes: it must not become 0 / 0.
LEAST = 1e-300


def fit_mixtures(parts: Array, observed: Array, start: Array, *, turns: int, near: float) -> Array:
    """The likeliest shares (D, K) of K parts in each of D mixtures.

    `parts` (D, K, M) are the shares of M predictions in part k, and `observed` (D, M) those in the
    mixture; every share of `start` (D, K) must be positive. Each turn is two iterations of
    expectation-maximization (Dempster, Laird, Rubin 1977), an extrapolation of them (SQUAREM:
    Varadhan, Roland 2008) and a final iteration; turns end when no share changes by `near`.
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
    once = _iterate(shares, parts, observed)
    twice = _iterate(once, parts, observed)
    change, bend = once - shares, twice - 2 * once + shares
    length = np.sqrt((change**2).sum(1) / np.maximum((bend**2).sum(1), SHORTEST**2))
    stride = np.maximum(length, 1.0)[:, None]
    far = shares + 2 * stride * change + stride**2 * bend
    # An extrapolation to negative shares is not used.
    inside = (far >= 0).all(1, keepdims=True)
    return _iterate(np.where(inside, far, twice), parts, observed)


def _iterate(shares: Array, parts: Array, observed: Array) -> Array:
    expected = np.matmul(shares[:, None, :], parts)[:, 0]
    ratio = observed / np.maximum(expected, LEAST)
    weighed = shares * np.matmul(parts, ratio[:, :, None])[:, :, 0]
    return np.asarray(weighed / weighed.sum(1, keepdims=True))
