"""How well faces are found, in pictures whose faces are all labeled with boxes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.accuracy.accuracy import DetectionScore
from models.accuracy.bootstrap import (
    DRAWS,
    DRAWS_AT_ONCE,
    SEED,
    Array,
    Estimate,
)
from models.accuracy.boxed_pictures import BoxedPicture, Matches, match_boxes


def score_detection(pictures: Sequence[BoxedPicture], seed: int = SEED) -> DetectionScore:
    """The score over at least one picture; its intervals are percentiles over draws of pictures."""
    matches = match_boxes(pictures)
    drawn = [_measure(matches, np.ones((1, len(pictures)), dtype=np.int64))]
    random = np.random.default_rng(seed)
    for _ in range(DRAWS // DRAWS_AT_ONCE):
        picks = random.integers(0, len(pictures), (DRAWS_AT_ONCE, len(pictures)))
        times = np.stack([np.bincount(pick, minlength=len(pictures)) for pick in picks])
        drawn.append(_measure(matches, times))
    faces = int(matches.labeled.sum())
    recall, precision, false, average = (
        _estimate(figure, faces) for figure in np.concatenate(drawn, axis=1)
    )
    if false is None:
        raise ValueError("a detection score needs at least one picture")
    return DetectionScore(len(pictures), recall, precision, false, average)


def _measure(matches: Matches, times: NDArray[np.int64]) -> Array:
    """Recall, precision, false boxes per picture and average precision (4, D), where each picture
    counts `times` (D, P); NaN where a figure has no meaning."""
    faces = (times @ matches.labeled)[:, np.newaxis].astype(np.float64)
    weights = times[:, matches.pictures]
    hits = np.cumsum(weights * matches.hits, axis=1)
    found = np.cumsum(weights, axis=1)
    every = found[:, -1:] if found.size else np.zeros_like(faces)
    true = hits[:, -1:] if found.size else np.zeros_like(faces)
    return np.concatenate(
        [
            _divide(true, faces),
            _divide(true, every),
            (every - true) / times.sum(axis=1, keepdims=True),
            _average_precision(matches, hits, found, faces),
        ],
        axis=1,
    ).T


def _average_precision(
    matches: Matches, hits: NDArray[np.int64], found: NDArray[np.int64], faces: Array
) -> Array:
    """The area under precision as a function of recall (D, 1), where a precision counts that a
    higher recall still has (Everingham and others 2010)."""
    # Boxes of equal score pass a threshold together.
    ends = np.flatnonzero(np.diff(matches.scores, append=-np.inf))
    recalls = _divide(hits[:, ends], faces)
    precisions = np.nan_to_num(_divide(hits[:, ends], found[:, ends]))
    reached = np.maximum.accumulate(precisions[:, ::-1], axis=1)[:, ::-1]
    area = (np.diff(recalls, axis=1, prepend=0.0) * reached).sum(axis=1, keepdims=True)
    return np.where(faces > 0, area, np.nan)


def _divide(part: NDArray[np.int64] | Array, whole: NDArray[np.int64] | Array) -> Array:
    shares = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


def _estimate(drawn: Array, faces: int) -> Estimate | None:
    """The first of `drawn` is the value, the others are those of the draws."""
    if np.isnan(drawn[0]):
        return None
    low, high = np.nanquantile(drawn[1:], (0.025, 0.975))
    return Estimate(float(drawn[0]), float(low), float(high), faces)
