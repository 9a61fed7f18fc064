"""A scale is fitted that makes probabilities hold, on faces drawn from a known error."""

import numpy as np
import pytest

from models.estimators.vote import scale_genders
from models.fitting.genders import GenderedFaces, fit_scale


def draw_faces(seed, sharpness, count=6000):
    """Adults whose log odds are the true ones divided by `sharpness`, and children about whom
    nothing is known."""
    random = np.random.default_rng(seed)
    odds = random.normal(0, 3, count)
    is_child = random.random(count) < 0.2
    chances = np.where(is_child, 0.5, 1 / (1 + np.exp(-odds)))
    said = 1 / (1 + np.exp(-odds / sharpness))
    return GenderedFaces(random.random(count) < chances, said, np.where(is_child, 0.0, 40.0))


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.0])
def test_the_scale_is_found(sharpness):
    scale = fit_scale(draw_faces(1, sharpness))
    assert scale.sharpness == pytest.approx(sharpness, rel=0.1)
    assert scale.child < 0.1


@pytest.mark.parametrize("sharpness", [0.5, 2.0])
def test_what_is_said_holds_on_other_faces(sharpness):
    faces, scale = draw_faces(2, sharpness), fit_scale(draw_faces(1, sharpness))
    females = scale_genders(scale, faces.females, faces.years)
    said = np.maximum(females, 1 - females)
    right = (females >= 0.5) == faces.is_female
    for low, high in ((0.5, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 0.97)):
        inside = (low <= said) & (said < high)
        assert right[inside].mean() == pytest.approx(said[inside].mean(), abs=0.06)
