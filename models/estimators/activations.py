"""Logits to probabilities."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Beyond this a probability is 0 or 1 to the last bit.
LARGEST_LOGIT = 700.0


def softmax(logits: Array) -> Array:
    """The probabilities (N, classes) of `logits` (N, classes)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


def sigmoid(logits: Array) -> Array:
    """The probability of each of `logits`."""
    shares: Array = 1.0 / (1.0 + np.exp(-logits.clip(-LARGEST_LOGIT, LARGEST_LOGIT)))
    return shares
