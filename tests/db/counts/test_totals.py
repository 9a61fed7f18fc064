"""Packed totals stay readable when measures are added."""

import numpy as np

from db.counts.totals import CELLS, FAILED, MEASURES, empty_totals, measure_of, pack, unpack
from db.states import ErrorCode

# Databases hold totals in this order.
STORED = (
    "done",
    "without_faces",
    "duplicates",
    "failed.unreadable",
    "failed.too_large",
    "failed.unsupported",
    "failed.not_found",
    "failed.forbidden_source",
    "failed.fetch_failed",
    "failed.worker_crashed",
    "failed.internal",
    "pictures",
    "faces_squared",
    "females_squared",
    "faces_times_females",
    "ages_squared",
    "faces_times_ages",
    "too_small",
    "too_unsure",
)


def test_new_measures_follow_the_stored_ones() -> None:
    assert MEASURES[: len(STORED)] == STORED
    assert len(set(MEASURES)) == len(MEASURES)


def test_each_error_code_has_a_measure() -> None:
    assert {f"{FAILED}{code}" for code in ErrorCode} <= set(MEASURES)


def test_stored_totals_keep_their_measures() -> None:
    stored = empty_totals()[: CELLS + len(STORED)]
    stored[CELLS:] = np.arange(len(STORED)) + 1
    read = unpack(pack(stored))
    assert [measure_of(read, measure) for measure in STORED] == list(range(1, len(STORED) + 1))
