"""Intervals and probabilities that hold on held-out faces."""

import numpy as np
import pytest

from models.estimators.ages import AGES, Ages, spread_normally
from models.estimators.ballots import AgeBallot, Ballots
from training.results.voting import decide_ages, decide_genders, fit_vote
from training.targets import Labels

FACES = 3000


def draw_faces(seed, error_years, sureness):
    """Faces with what a net makes of them: ages that far off, genders that much too sure."""
    random = np.random.default_rng(seed)
    ages = random.uniform(5, 80, FACES)
    years = (ages + random.normal(0, error_years, FACES)).clip(0, AGES[-1])
    chances = random.beta(2, 2, FACES)
    genders = (random.random(FACES) >= chances).astype(int)
    odds = sureness * np.log(chances / (1 - chances))
    ballot = AgeBallot(
        "net", Ages(years, spread_normally(years, np.full(FACES, 3.0))), np.ones(FACES, bool)
    )
    ballots = Ballots((ballot,), {"net": 1 / (1 + np.exp(-odds))})
    return ballots, Labels(genders, np.zeros(FACES, dtype=int), ages)


@pytest.mark.parametrize("error_years", [3.0, 8.0, 20.0])
def test_the_interval_holds_four_of_five_ages_however_far_off_nets_are(error_years):
    ballots, labels = draw_faces(1, error_years, sureness=1.0)
    vote = fit_vote(ballots, labels)

    held = [
        one.low <= age <= one.high
        for one, age in zip(decide_ages(vote, ballots), labels.ages, strict=True)
    ]
    # Its ends are whole years: the narrowest interval of nets that are nearly right holds more.
    assert 0.8 <= np.mean(held) < 0.87


@pytest.mark.parametrize("sureness", [0.5, 1.0, 3.0])
def test_a_gender_that_nets_are_too_sure_of_becomes_a_probability(sureness):
    ballots, labels = draw_faces(2, 5.0, sureness)

    females = decide_genders(fit_vote(ballots, labels), ballots)

    sure = females > 0.7
    assert np.mean(labels.genders[sure] == 0) == pytest.approx(females[sure].mean(), abs=0.05)


def test_what_no_net_tells_is_not_fitted_or_decided():
    ballots, labels = draw_faces(3, 5.0, sureness=2.0)
    ages, genders = Ballots(ballots.ages, {}), Ballots((), ballots.females)

    assert decide_genders(fit_vote(ages, labels), ages) is None
    assert decide_ages(fit_vote(genders, labels), genders) is None
    assert fit_vote(genders, labels).gender.sharpness < 0.7
