"""From several opinions to one age and one gender."""

import numpy as np
import pytest

from models.estimators.ages import AGES, Ages, read_ages, spread_normally
from models.estimators.ballots import AgeBallot
from models.estimators.intervals import measure_spread
from models.estimators.vote import bound_votes, scale_genders, vote_ages, vote_genders
from models.packs.readings import AgeClasses
from models.packs.votes import AgeWeight, GenderScale, GenderWeights, Interval, Vote

ONE_A_YEAR = AgeClasses("classes", tuple(range(81)))


def at(*years):
    return Ages(np.array(years, float), np.eye(len(AGES))[list(years)])


def everyone(ages):
    return np.ones(len(ages), dtype=bool)


def vote_on(vote, **ages):
    return decide_ages(vote, [AgeBallot(name, one, everyone(one)) for name, one in ages.items()])


def decide_ages(vote, ballots):
    return bound_votes(vote, vote_ages(vote, ballots))


@pytest.mark.parametrize(
    ("vote", "years"),
    [
        (Vote(), 30.0),
        (Vote(age_weights={"b": 3.0}), 35.0),
        (Vote(age_weights={"b": (AgeWeight(0, 35, 3.0), AgeWeight(36, 90, 9.0))}), 38.0),
        (Vote(age_weights={"b": (AgeWeight(0, 35, 3.0),)}), 30.0),
    ],
    ids=["plain", "weighted", "by-class", "class-without-a-weight"],
)
def test_the_age_is_the_weighted_mean(vote, years):
    [age] = vote_on(vote, a=at(20), b=at(40))
    assert age.years == years


@pytest.mark.parametrize(
    ("vote", "female"),
    [
        (Vote(), 0.6),
        (Vote(gender_weights={"b": 3.0}), 0.5),
        # 0.8 + 2 * 0.4 of female, 0.2 + 0.6 of male.
        (Vote(gender_weights={"b": GenderWeights(female=2.0, male=1.0)}), 1.6 / 2.4),
    ],
    ids=["plain", "weighted", "by-class"],
)
def test_the_gender_is_the_weighted_mean(vote, female):
    females = {"a": np.array([0.8]), "b": np.array([0.4])}
    assert vote_genders(vote, females) == pytest.approx([female])


def test_an_estimator_counts_only_for_the_faces_it_was_asked_about():
    ages = decide_ages(
        Vote(),
        [
            AgeBallot("women", at(20, 0), np.array([True, False])),
            AgeBallot("men", at(0, 60), np.array([False, True])),
        ],
    )
    assert [age.years for age in ages] == [20.0, 60.0]


@pytest.mark.parametrize(
    ("years", "low", "high"),
    [(0, 0, 1), (10, 7, 13), (40, 31, 49), (60, 51, 74), (80, 71, 98), (115, 106, 120)],
    ids=str,
)
def test_the_interval_grows_with_the_age_and_upwards_the_longest(years, low, high):
    vote = Vote(interval=Interval(below=(0.6, 4.6, 8.6), above=(0.6, 9.4, 18.2), spread=1.0))
    [age] = vote_on(vote, a=at(years))
    assert (age.low, age.high) == (low, high)


def test_the_spread_of_a_distribution_is_measured_around_the_age():
    shares = np.zeros((2, len(AGES)))
    shares[0, 30] = 1
    shares[1, [20, 40]] = 0.5
    assert measure_spread(np.array([30.0, 30.0]), shares).tolist() == [0, 10]


@pytest.mark.parametrize(
    ("scale", "female", "years", "scaled"),
    [
        (GenderScale(), 0.9, 30, 0.9),
        (GenderScale(), 1.0, 30, 0.999),
        (GenderScale(sharpness=2.0), 0.9, 30, 81 / 82),
        (GenderScale(sharpness=0.5), 0.9, 30, 0.75),
        (GenderScale(child=0.0), 0.9, 0, 0.5),
        (GenderScale(child=0.0), 0.9, 9, 0.75),
        (GenderScale(sharpness=2.0, child=0.5), 0.1, 0, 0.1),
    ],
    ids=["as-is", "never-certain", "sharper", "duller", "newborn", "child", "both"],
)
def test_the_gender_is_scaled_by_its_log_odds(scale, female, years, scaled):
    genders = scale_genders(scale, np.array([female]), np.array([years]))
    assert genders == pytest.approx([scaled])


def test_the_interval_always_contains_the_age():
    rng = np.random.default_rng(5)
    rows = rng.dirichlet(np.full(81, 0.02), 500).astype(np.float32)
    for age in vote_on(Vote(), a=read_ages(ONE_A_YEAR, rows)):
        assert 0 <= age.low <= age.years <= age.high <= AGES[-1]


def test_estimators_that_disagree_make_the_interval_wider():
    [agreed] = vote_on(Vote(), a=at(40), b=at(40))
    [torn] = vote_on(Vote(), a=at(30), b=at(50))
    assert torn.years == agreed.years
    assert torn.low < agreed.low
    assert torn.high > agreed.high


def test_a_map_moves_ages_and_their_intervals() -> None:
    years = np.array([10.0, 25.0, 40.0, 70.0])
    ballot = AgeBallot(
        "a", Ages(years, spread_normally(years, np.full(4, 3.0))), np.ones(4, dtype=bool)
    )
    ages = vote_ages(Vote(), [ballot])
    mapped = bound_votes(Vote(age_map=((10.0, 12.0), (40.0, 50.0))), ages)
    assert [one.years for one in mapped] == [12.0, 31.0, 50.0, 80.0]
    assert [one.high for one in mapped] > [one.high for one in bound_votes(Vote(), ages)]


@pytest.mark.parametrize(
    "pairs", [((10.0, 12.0),), ((10.0, 12.0), (5.0, 20.0)), ((10.0, 12.0), (20.0, 11.0))]
)
def test_a_map_that_does_not_ascend_is_refused(pairs: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="age_map must"):
        Vote(age_map=pairs)
