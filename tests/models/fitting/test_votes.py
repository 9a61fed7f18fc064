"""A vote fitted to faces suits them, changes little for a few, and holds on others."""

from dataclasses import replace

import numpy as np
import pytest

from models.estimators.ages import Ages, spread_normally
from models.estimators.ballots import AgeBallot, Ballots
from models.fitting.votes import (
    Truths,
    decide_ages,
    decide_genders,
    fit_confidence,
    fit_vote,
)
from models.packs.votes import AgeWeight, Vote

PLAIN = Vote()


def make_faces(count: int, seed: int = 1) -> tuple[Ballots, Truths]:
    """Faces of which `fine` tells ages 3 years off, `rough` 12; `sure` exaggerates genders."""
    random = np.random.default_rng(seed)
    years = random.integers(5, 80, count).astype(float)
    is_female = random.random(count) < 0.5
    opinions = {
        name: (years + random.normal(0, error, count)).clip(0, 120)
        for name, error in (("fine", 3.0), ("rough", 12.0))
    }
    odds = np.where(is_female, 1.0, -1.0) + random.normal(0, 1.0, count)
    females = 1 / (1 + np.exp(-6 * odds))
    ballots = Ballots(tuple(make_ballot(*one) for one in opinions.items()), {"sure": females})
    return ballots, Truths(years, is_female.astype(float))


def make_ballot(name: str, years: np.ndarray) -> AgeBallot:
    return AgeBallot(
        name,
        Ages(years, spread_normally(years, np.full(len(years), 4.0))),
        np.ones(len(years), bool),
    )


def mean_error(vote: Vote, ballots: Ballots, truths: Truths) -> float:
    ages = decide_ages(vote, ballots)
    assert ages is not None
    return float(
        np.mean([abs(one.years - age) for one, age in zip(ages, truths.years, strict=True)])
    )


def test_the_better_estimator_gets_the_weight() -> None:
    fitted = fit_vote(PLAIN, *make_faces(200))
    assert fitted.age_weights["fine"] > 4 * fitted.age_weights["rough"]
    assert mean_error(fitted, *make_faces(200, seed=2)) < 0.6 * mean_error(
        PLAIN, *make_faces(200, seed=2)
    )


def test_ages_that_are_all_wrong_are_mapped() -> None:
    ballots, truths = make_faces(200)
    older = Truths(truths.years + 10, truths.females)
    fitted = fit_vote(PLAIN, ballots, older)
    assert mean_error(fitted, ballots, older) < 0.5 * mean_error(PLAIN, ballots, older)
    mapped = [after for _, after in fitted.age_map]
    assert mapped == sorted(mapped)


def test_a_few_faces_change_little() -> None:
    ballots, truths = make_faces(6)
    older = Truths(truths.years + 10, truths.females)
    fitted = fit_vote(PLAIN, ballots, older)
    assert max(abs(after - before) for before, after in fitted.age_map) < 5
    assert fitted.age_weights["rough"] == pytest.approx(0.5, abs=0.15)


def test_intervals_hold_four_of_five_ages_and_probabilities_hold() -> None:
    fitted = fit_confidence(PLAIN, *make_faces(1000))
    ballots, truths = make_faces(1000, seed=2)
    ages, females = decide_ages(fitted, ballots), decide_genders(fitted, ballots)
    assert ages is not None
    assert females is not None
    held = [one.low <= age <= one.high for one, age in zip(ages, truths.years, strict=True)]
    assert np.mean(held) == pytest.approx(0.8, abs=0.05)
    likely = (females > 0.8) & (females < 0.95)
    assert truths.females[likely].mean() == pytest.approx(females[likely].mean(), abs=0.05)


def test_labels_of_one_kind_leave_the_other_kind_as_it_was() -> None:
    ballots, truths = make_faces(200)
    nothing = np.full(200, np.nan)
    of_ages = fit_vote(PLAIN, ballots, Truths(truths.years, nothing))
    of_genders = fit_vote(PLAIN, ballots, Truths(nothing, truths.females))
    assert (of_ages.gender, of_ages.gender_weights) == (PLAIN.gender, PLAIN.gender_weights)
    assert (of_genders.interval, of_genders.age_map) == (PLAIN.interval, ())


def test_weights_by_age_are_kept() -> None:
    by_age = {"fine": (AgeWeight(0, 20, 2.0),)}
    fitted = fit_vote(replace(PLAIN, age_weights=by_age), *make_faces(200))
    assert fitted.age_weights == by_age
