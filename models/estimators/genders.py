"""The outputs of an estimator to genders, as probabilities of female."""

import numpy as np
from numpy.typing import NDArray

from models.estimators.activations import sigmoid, softmax
from models.packs.readings import GenderReading, GenderShare

Array = NDArray[np.float64]


def read_genders(reading: GenderReading, output: NDArray[np.float32]) -> Array:
    """The probability of female (N,) of an `output` (N, labels), as `reading` describes it."""
    values = output.reshape(len(output), -1).astype(np.float64)
    if isinstance(reading, GenderShare):
        share = sigmoid(values[:, 0]) if reading.logits else values[:, 0]
        # Rounding errors reach past 0 and 1.
        share = share.clip(0.0, 1.0)
        return share if reading.of == "female" else 1.0 - share
    chances = softmax(values) if reading.logits else values
    return chances[:, reading.classes.index("female")].clip(0.0, 1.0)
