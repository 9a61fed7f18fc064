"""From outputs to mean ages and distributions."""

import numpy as np
import pytest

from models.estimators.ages import AGES, Ages, average_ages, read_ages
from models.packs.readings import AgeClasses, AgeGroups, AgeYears

CLASSES = AgeClasses("classes", (0.25, 1, 2, 30, 40, 80))
GROUPS = AgeGroups("groups", ((0, 2), (4, 6), (60, 100)))


@pytest.mark.parametrize(
    ("reading", "output", "years"),
    [
        (CLASSES, [1, 0, 0, 0, 0, 0], 0.25),
        (CLASSES, [0, 0, 0, 0, 0, 1], 80),
        (CLASSES, [0, 0, 0, 0.5, 0.5, 0], 35),
        (CLASSES, [0, 0, 0, 2, 0, 0], 30),
        (CLASSES, [0, 0, 0, 0, 0, 0], 0),
        (AgeClasses("classes", (10, 20), logits=True), [0, 0], 15),
        (AgeClasses("classes", (10, 20), logits=True), [1000, 0], 10),
        (AgeClasses("classes", (10, 20), pick="likeliest"), [0.4, 0.6], 20),
        (GROUPS, [0, 1, 0], 5),
        (GROUPS, [0.5, 0, 0.5], 40.5),
        (AgeGroups("groups", ((0, 2), (60, 100)), years=(1, 70)), [0, 1], 70),
        (AgeYears("years", 5), [33.5], 33.5),
        (AgeYears("years", 5, factor=100), [0.335], 33.5),
        (AgeYears("years", 5), [-3], 0),
        (AgeYears("years", 5), [500], 120),
    ],
    ids=[
        "newborn", "eldest", "between", "unscaled", "nothing", "logits", "large-logits",
        "likeliest", "group", "groups", "group-with-an-age", "years", "factor", "below", "above",
    ],
)  # fmt: skip
def test_the_years_are_the_expected_ones(reading, output, years):
    ages = read_ages(reading, np.array([output], np.float32))
    assert ages.years == pytest.approx([years], abs=1e-4)


@pytest.mark.parametrize(
    "reading", [CLASSES, GROUPS, AgeYears("years", 8)], ids=lambda one: one.kind
)
def test_a_distribution_sums_to_one_and_has_the_years_as_its_mean(reading):
    rng = np.random.default_rng(1)
    output = rng.dirichlet(np.ones(reading.labels), 50).astype(np.float32)
    if reading.labels == 1:
        output = rng.uniform(45, 75, (50, 1)).astype(np.float32)
    ages = read_ages(reading, output)
    assert ages.shares.shape == (50, len(AGES))
    assert ages.shares.sum(axis=1) == pytest.approx(np.ones(50))
    assert ages.shares @ AGES == pytest.approx(ages.years, abs=1e-3)


def test_outputs_may_have_more_dimensions_than_two():
    output = np.zeros((2, 6, 1, 1), np.float32)
    output[:, 3] = 1
    assert read_ages(CLASSES, output).years.tolist() == [30, 30]


def test_looks_at_the_same_faces_are_averaged():
    looks = [Ages(np.array([years]), np.eye(len(AGES))[[years]]) for years in (20, 30)]
    averaged = average_ages(looks)
    assert averaged.years.tolist() == [25]
    assert averaged.shares[0, [20, 30]].tolist() == [0.5, 0.5]
