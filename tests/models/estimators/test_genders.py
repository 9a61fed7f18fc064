"""From outputs to probabilities of female."""

import numpy as np
import pytest

from models.estimators.genders import read_genders
from models.packs.readings import GenderClasses, GenderShare


@pytest.mark.parametrize(
    ("reading", "output", "female"),
    [
        (GenderClasses("softmax", ("female", "male")), [0.9, 0.1], 0.9),
        (GenderClasses("softmax", ("male", "female")), [0.9, 0.1], 0.1),
        (GenderClasses("softmax", ("female", "male"), logits=True), [2, 2], 0.5),
        (GenderClasses("softmax", ("female", "male")), [1.0000002, 0], 1),
        (GenderShare("sigmoid", of="male"), [0.8], 0.2),
        (GenderShare("sigmoid", of="female"), [0.8], 0.8),
        (GenderShare("sigmoid", of="female", logits=True), [0], 0.5),
        (GenderShare("sigmoid", of="female", logits=True), [-2000], 0),
    ],
    ids=["first", "second", "logits", "past-1", "of-male", "of-female", "logit", "large-logit"],
)
def test_the_probability_of_female_is_read(reading, output, female):
    assert read_genders(reading, np.array([output], np.float32)) == pytest.approx([female])
