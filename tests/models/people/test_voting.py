"""A person's estimates are those of all their faces, of which clear ones count more."""

import numpy as np
import pytest

from models.people.voting import Estimates, vote


def test_a_clear_face_counts_more():
    faces = Estimates(
        np.array([0.9, 0.4, 0.2]),
        np.array([30.0, 50.0, 20.0]),
        np.array([25.0, 40.0, 15.0]),
        np.array([35.0, 60.0, 25.0]),
    )
    people = vote(np.array([0, 0, 1]), faces, np.array([1.0, 0.5, 0.9]))
    assert people.years.tolist() == pytest.approx([34.0, 20.0])
    assert people.low.tolist() == pytest.approx([28.0, 15.0])
    assert people.female[1] == pytest.approx(0.2)
    assert 0.8 < people.female[0] < 0.9


def test_nobody_has_no_estimates():
    nothing = np.empty(0)
    people = vote(np.empty(0, np.int64), Estimates(*[nothing] * 4), nothing)
    assert len(people.years) == 0
