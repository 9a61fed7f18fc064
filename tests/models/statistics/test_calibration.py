"""Corrected intervals contain the truth where raw ones do not; too few labels are refused."""

import numpy as np
import pytest

from models.errors import CalibrationError
from models.statistics.calibration import correct_shares
from models.statistics.confusion import Confusion, LabeledFaces, tabulate_confusion
from models.statistics.shares import wilson_share

FEMALE, MALE, UNKNOWN = ((gender, None) for gender in ("female", "male", "unknown"))
GENDERS = Confusion((FEMALE, MALE), (FEMALE, MALE, UNKNOWN), ((330, 30, 9), (23, 396, 10)))
BANDS = tuple((None, band) for band in "abcdefgh")
# Of the same order as what the models make of 800 labeled faces.
AGES = Confusion(
    BANDS,
    BANDS,
    (
        (103, 7, 3, 0, 0, 0, 0, 0),
        (4, 12, 4, 7, 2, 0, 0, 0),
        (0, 9, 55, 30, 4, 0, 1, 0),
        (2, 3, 37, 161, 33, 6, 0, 0),
        (1, 2, 0, 32, 66, 18, 5, 0),
        (0, 0, 0, 6, 24, 38, 13, 2),
        (0, 1, 0, 2, 6, 15, 21, 10),
        (0, 0, 0, 2, 3, 6, 17, 33),
    ),
)
MIXTURES = {
    "gender, even": (GENDERS, (0.5, 0.5)),
    "gender, skewed": (GENDERS, (0.9, 0.1)),
    "gender, nearly one": (GENDERS, (0.005, 0.995)),
    "gender, one only": (GENDERS, (1.0, 0.0)),
    "ages, even": (AGES, (0.125,) * 8),
    "ages, young": (AGES, (0.03, 0.06, 0.32, 0.38, 0.13, 0.05, 0.02, 0.01)),
    "ages, old": (AGES, (0.0, 0.0, 0.02, 0.04, 0.08, 0.16, 0.3, 0.4)),
    "ages, one band only": (AGES, (0, 0, 0, 1.0, 0, 0, 0, 0)),
}
TRIALS = 30
FACES = 1500


def simulate(confusion, shares, random):
    """An evaluation of as many faces as `confusion` has, and an audience of these shares."""
    rates = np.array(confusion.counts) / np.sum(confusion.counts, axis=1, keepdims=True)
    rows = np.sum(confusion.counts, axis=1)
    counts = tuple(
        tuple(map(int, random.multinomial(n, rate))) for n, rate in zip(rows, rates, strict=True)
    )
    seen = random.multinomial(FACES, np.array(shares) @ rates)
    measured = Confusion(confusion.truths, confusion.predictions, counts)
    return measured, dict(zip(confusion.predictions, map(int, seen), strict=True))


def holds(share, truth):
    # An interval's end may lie a hair off a truth of exactly 0 or 1, where draws only come near.
    return share.low - 0.002 <= truth <= share.high + 0.002


@pytest.mark.parametrize("name", MIXTURES)
def test_corrected_intervals_contain_the_truth(name):
    confusion, truth = MIXTURES[name]
    random = np.random.default_rng(11)
    held, raw_held = np.zeros(len(truth)), np.zeros(len(truth))
    for _ in range(TRIALS):
        measured, seen = simulate(confusion, truth, random)
        corrected = correct_shares(measured, seen)
        raw = [wilson_share(seen[group], FACES) for group in confusion.truths]
        held += [holds(corrected[g], p) for g, p in zip(confusion.truths, truth, strict=True)]
        raw_held += [holds(share, p) for share, p in zip(raw, truth, strict=True)]

    assert held.min() >= 0.9 * TRIALS, held
    assert raw_held.min() <= 0.6 * TRIALS, raw_held


def test_with_very_many_faces_the_truth_is_found_again():
    counts = tuple(tuple(100_000 * n for n in row) for row in AGES.counts)
    truth = (0.03, 0.06, 0.32, 0.38, 0.13, 0.05, 0.02, 0.01)
    rates = np.array(counts) / np.sum(counts, axis=1, keepdims=True)
    seen = np.rint(np.array(truth) @ rates * 1e9).astype(int)
    shares = correct_shares(Confusion(BANDS, BANDS, counts), dict(zip(BANDS, seen, strict=True)))

    assert [shares[band].value for band in BANDS] == pytest.approx(truth, abs=1e-3)


def test_shares_add_up_lie_in_their_intervals_and_are_the_same_again():
    seen = {FEMALE: 40, MALE: 5, UNKNOWN: 3}
    shares = correct_shares(GENDERS, seen)

    assert sum(share.value for share in shares.values()) == pytest.approx(1.0)
    assert all(0 <= s.low <= s.value <= s.high <= 1 for s in shares.values())
    assert shares == correct_shares(GENDERS, seen)
    assert shares != correct_shares(GENDERS, seen, seed=2)


def width(shares, group=FEMALE):
    return shares[group].high - shares[group].low


def test_faces_that_come_together_widen_the_interval():
    seen = {FEMALE: 400, MALE: 300}
    alone = correct_shares(GENDERS, seen)
    grouped = correct_shares(GENDERS, seen, design_effect=5.0)
    alike = Confusion(GENDERS.truths, GENDERS.predictions, GENDERS.counts, design_effect=20.0)

    assert width(grouped) > 1.5 * width(alone)
    assert width(correct_shares(alike, seen)) > 1.2 * width(alone)


@pytest.mark.parametrize("seen", [{FEMALE: 1}, {UNKNOWN: 2}, {MALE: 3}])
def test_a_handful_of_faces_says_little(seen):
    shares = correct_shares(GENDERS, seen)

    assert width(shares) > 0.4
    assert all(0 <= s.low <= s.value <= s.high <= 1 for s in shares.values())


def test_no_face_gives_an_open_interval():
    assert (correct_shares(GENDERS, {})[MALE].low, correct_shares(GENDERS, {})[MALE].high) == (0, 1)


def test_groups_that_the_models_cannot_distinguish_keep_wide_intervals():
    blind = Confusion(GENDERS.truths, GENDERS.predictions, ((50, 50, 2), (50, 50, 2)))
    shares = correct_shares(blind, {FEMALE: 5000, MALE: 5000, UNKNOWN: 200})

    assert width(shares) > 0.8


def test_a_group_that_was_never_labeled_is_named():
    counts = (*AGES.counts[:7], (0,) * 8)
    with pytest.raises(CalibrationError, match="no face labeled h: evaluate more"):
        correct_shares(Confusion(BANDS, BANDS, counts), {BANDS[0]: 10})


def test_a_prediction_that_the_evaluation_does_not_know_is_named():
    with pytest.raises(CalibrationError, match="no prediction other"):
        correct_shares(AGES, {BANDS[0]: 10, (None, "other"): 1})


def test_a_prediction_that_was_never_made_of_labeled_faces_may_be_seen():
    clear = Confusion((FEMALE, MALE), (FEMALE, MALE, UNKNOWN), ((50, 0, 0), (0, 50, 0)))
    shares = correct_shares(clear, {FEMALE: 60, MALE: 20, UNKNOWN: 20})

    assert shares[FEMALE].value == pytest.approx(0.75, abs=0.05)


def test_a_table_of_ages_and_genders_is_corrected_at_once():
    random = np.random.default_rng(3)
    truths = tuple((g, b) for _, b in BANDS for g in ("female", "male"))
    predictions = tuple((g, b) for _, b in BANDS for g in ("female", "male", "unknown"))
    rates = np.kron(np.array(AGES.counts) + 0.1, np.array([[0.9, 0.07, 0.03], [0.06, 0.92, 0.02]]))
    counts = tuple(tuple(map(int, random.multinomial(100, row / row.sum()))) for row in rates)
    seen = dict(zip(predictions, map(int, random.integers(0, 100, 24)), strict=True))
    shares = correct_shares(Confusion(truths, predictions, counts), seen)

    assert sum(share.value for share in shares.values()) == pytest.approx(1.0)
    assert all(0 <= s.low <= s.value <= s.high <= 1 for s in shares.values())


LABELED = (
    LabeledFaces(30, "female", 33, "female", faces=3),
    LabeledFaces(30, "female", 41, "unknown"),
    LabeledFaces(45, "male", 44, "male", faces=2),
    LabeledFaces(None, "male", 20, "female"),
    LabeledFaces(20, None, 20, "male"),
)


YOUNG_AND_OLD = (("young", 0, 39), ("old", 40, 120))


@pytest.mark.parametrize(
    ("by_gender", "bands", "counts"),
    [
        (True, None, ((3, 0, 1), (1, 2, 0))),
        (False, YOUNG_AND_OLD, ((4, 1), (0, 2))),
        (True, YOUNG_AND_OLD, ((3, 0, 0, 0, 0, 1), (0,) * 6, (0,) * 6, (0, 0, 0, 0, 2, 0))),
        (False, (("40-49", 40, 49),), ((2, 0), (1, 4))),
    ],
    ids=["gender", "age", "both", "with gaps"],
)
def test_a_confusion_is_tabulated_for_the_groups_asked_for(by_gender, bands, counts):
    confusion = tabulate_confusion(LABELED, by_gender=by_gender, bands=bands)

    assert confusion.counts == counts
    assert (len(confusion.truths), len(confusion.predictions)) == (len(counts), len(counts[0]))


def test_a_confusion_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="2 rows of 3 counts"):
        Confusion((FEMALE, MALE), (FEMALE, MALE, UNKNOWN), ((1, 2), (3, 4)))
