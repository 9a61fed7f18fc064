"""Every shipped estimator gives what was recorded of eight real faces."""

import json

import pytest

from models.packs.completion import read_parts
from tests.support.models.golden import GOLDEN, ask_estimators

RECORDED = json.loads(GOLDEN.read_text())["answers"]

# Processors round differently; FaceRes computes in 8-bit integers, which shows it most.
YEARS_NEAR = {"faceres": 1.0}
FEMALE_NEAR = {"faceres": 0.05}


@pytest.fixture(scope="module")
def answers():
    return dict(ask_estimators())


@pytest.mark.parametrize("name", read_parts()["estimator"])
def test_an_estimator_gives_what_was_recorded(answers, name):
    found, recorded = answers[name], RECORDED[name]
    assert found.keys() == recorded.keys()
    if "years" in recorded:
        near = YEARS_NEAR.get(name, 0.05)
        assert found["years"] == pytest.approx(recorded["years"], abs=near)
    if "female" in recorded:
        near = FEMALE_NEAR.get(name, 0.002)
        assert found["female"] == pytest.approx(recorded["female"], abs=near)
