"""All estimators of a pack, asked about the same faces."""

import numpy as np
import pytest

from models.estimators.estimator import Estimator
from models.estimators.panel import BATCH_FACES, Panel
from models.packs.votes import Vote
from tests.support.models.packs import FakeGraph, make_part


def say(years, female):
    """The same answer for each chip."""
    return FakeGraph(
        lambda inputs: [
            np.full((len(inputs), 1), years, np.float32),
            np.full((len(inputs), 1), female, np.float32),
        ]
    )


def say_red(inputs):
    reds = inputs[:, 0].mean(axis=(1, 2))[:, np.newaxis]
    return [reds, reds / 100]


def make_faces(*reds):
    return [(np.full((16, 16, 3), red, np.uint8),) for red in reds]


def test_the_estimators_vote():
    panel = Panel(
        [Estimator(make_part("a"), say(20, 0.9)), Estimator(make_part("b"), say(30, 0.7))], Vote()
    )
    [(age, gender)] = panel.estimate(make_faces(0))
    assert age.years == 25.0
    assert gender.female == pytest.approx(0.8)


def test_faces_keep_their_order_over_batches():
    panel = Panel([Estimator(make_part("a"), FakeGraph(say_red))], Vote())
    reds = [index % 80 for index in range(2 * BATCH_FACES + 3)]
    assert [age.years for age, _ in panel.estimate(make_faces(*reds))] == reds
    assert panel.estimate([]) == []


def test_each_gender_has_its_own_age_estimator():
    women, men = say(30, 0), say(50, 0)
    panel = Panel(
        [
            Estimator(make_part("women", gender=None, for_gender="female"), women),
            Estimator(make_part("men", gender=None, for_gender="male"), men),
            Estimator(make_part("genders", age=None), FakeGraph(say_red)),
        ],
        Vote(),
    )
    ages = [age.years for age, _ in panel.estimate(make_faces(90, 10, 80))]
    assert ages == [30.0, 50.0, 30.0]
    assert (women.batches, men.batches) == ([2], [1])


def test_a_general_estimator_votes_with_that_of_the_gender():
    panel = Panel(
        [
            Estimator(make_part("all"), say(20, 0.9)),
            Estimator(make_part("women", gender=None, for_gender="female"), say(40, 0)),
            Estimator(make_part("men", gender=None, for_gender="male"), say(60, 0)),
        ],
        Vote(),
    )
    [(age, _)] = panel.estimate(make_faces(0))
    assert age.years == 30.0
