"""An interval is fitted that holds in every decade, on faces drawn from a known error."""

import numpy as np
import pytest

from models.fitting.intervals import AgedFaces, fit_interval, hold_ages
from models.packs.votes import Interval


def draw_faces(seed, count=2000):
    """Faces that are taken for younger ones the older they are, with errors that their spreads
    tell."""
    random = np.random.default_rng(seed)
    true_years = random.uniform(1, 85, count)
    spreads = random.uniform(0.5, 2.0, count) * (1 + 0.06 * true_years)
    errors = spreads * random.standard_normal(count)
    years = (true_years - 0.1 * np.maximum(true_years - 40, 0) + errors).clip(0, 90)
    return AgedFaces(np.floor(true_years), np.round(years, 1), spreads)


@pytest.fixture(scope="module")
def fitted():
    return fit_interval(draw_faces(1))


def test_the_interval_holds_overall_and_in_every_decade(fitted):
    faces = draw_faces(2)
    held = hold_ages(fitted, faces)
    assert 0.78 <= held.mean() <= 0.82
    for decade in range(8):
        assert 0.7 <= held[faces.decades == decade].mean() <= 0.9


def test_the_interval_holds_wherever_the_estimators_agree_and_where_not(fitted):
    faces = draw_faces(3)
    held = hold_ages(fitted, faces)
    for quarter in range(4):
        assert 0.72 <= held[faces.quarters == quarter].mean() <= 0.88


def test_an_interval_of_no_width_holds_what_rounds_to_the_age():
    faces = AgedFaces(np.array([30.0, 31.0, 33.0]), np.array([30.5] * 3), np.zeros(3))
    none = Interval(below=(0, 0, 0), above=(0, 0, 0), spread=0)
    assert hold_ages(none, faces).tolist() == [True, True, False]


def test_estimators_that_are_all_equally_unsure_are_one_group():
    faces = draw_faces(4)
    alike = AgedFaces(faces.true_years, faces.years, np.zeros(len(faces.years)))
    assert 0.75 <= hold_ages(fit_interval(alike), alike).mean() <= 0.85
