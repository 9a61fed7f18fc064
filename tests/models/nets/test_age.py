"""From a distribution over ages to years and an interval."""

import numpy as np
import pytest

from models.nets.age import AGE_CLASSES, SPREAD_AGES, AgeModel, read_age


class FakeGraph:
    """Gives each chip the distribution that its first red byte names."""

    provider = "cpu"

    def __init__(self):
        self.batches = []

    def run(self, inputs):
        self.batches.append(len(inputs))
        ages = np.rint(inputs[:, 0, 0, 0] * 256 + 122.782).astype(int)
        return [np.eye(AGE_CLASSES, dtype=np.float32)[ages]]


def spread(**shares):
    distribution = np.zeros(AGE_CLASSES, np.float32)
    for age, share in shares.items():
        distribution[int(age.removeprefix("age"))] = share
    return distribution


@pytest.mark.parametrize(
    ("distribution", "years"),
    [
        (spread(age0=1), 0.2),
        (spread(age1=1), 1.0),
        (spread(age80=1), 80.0),
        (spread(age30=0.5, age40=0.5), 35.0),
        (spread(age0=0.5, age2=0.5), 1.1),
        (spread(age30=2.0), 30.0),
    ],
    ids=["newborn", "one", "eldest", "between", "class-0-is-a-quarter", "unscaled"],
)
def test_the_age_is_the_expected_one(distribution, years):
    assert read_age(distribution).years == pytest.approx(years, abs=0.01)


@pytest.mark.parametrize(
    ("distribution", "interval"),
    [
        # A tenth of a normal lies 1.28 of its spreads, 6.7 years here, below its middle.
        (spread(age30=1), (23, 37)),
        (spread(age0=1), (0, 7)),
        (np.ones(AGE_CLASSES, np.float32), (7, 73)),
        (spread(age20=0.5, age60=0.5), (15, 65)),
    ],
    ids=["sure", "newborn", "clueless", "torn"],
)
def test_the_interval_leaves_a_tenth_on_either_side(distribution, interval):
    age = read_age(distribution)
    assert (age.low, age.high) == interval


def test_the_interval_always_contains_the_age():
    rng = np.random.default_rng(5)
    for _ in range(500):
        distribution = rng.dirichlet(np.full(AGE_CLASSES, 0.02)).astype(np.float32)
        age = read_age(distribution)
        assert 0 <= age.low <= age.years <= age.high <= SPREAD_AGES[-1]


@pytest.mark.parametrize(
    ("count", "batches"), [(0, []), (1, [1]), (64, [64]), (130, [64, 64, 2])], ids=str
)
def test_chips_are_run_in_batches(count, batches):
    chips = np.zeros((count, 64, 64, 3), np.uint8)
    chips[:, :, :, 0] = (np.arange(count) % AGE_CLASSES)[:, np.newaxis, np.newaxis]
    graph = FakeGraph()
    distributions = AgeModel(graph).distributions(chips)
    assert distributions.shape == (count, AGE_CLASSES)
    assert distributions.argmax(axis=1).tolist() == [age % AGE_CLASSES for age in range(count)]
    assert graph.batches == batches
