"""Converted models give what the originals give, which record_references.mjs has recorded."""

import json
import os
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from models.weights.catalog import AGE_GENDER, FACERES
from models.weights.folder import default_weights_dir, require_file
from models.weights.pinned import PinnedFile
from tests.support.media.patterns import make_noise, make_ramp

RECORDED = json.loads(Path(__file__).with_name("references.json").read_text())
PATTERNS = {"noise": make_noise, "ramp": make_ramp}
# What the originals do before their first layer.
AGE_GENDER_MEAN, AGE_GENDER_DIVISOR = (122.782, 117.001, 104.298), 255.0
FACERES_MEAN = (103.939, 116.779, 123.68)


def run(file: PinnedFile, side: int, mean: tuple[float, ...], divisor: float = 1.0):
    path = require_file(default_weights_dir(os.environ), file)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    pictures = np.stack([make(side) for make in PATTERNS.values()]).astype(np.float32)
    inputs = ((pictures - np.float32(mean)) / np.float32(divisor)).transpose(0, 3, 1, 2)
    ages, genders = session.run(["age", "gender"], {"input": inputs})
    return zip(PATTERNS, ages.astype(float), genders.astype(float), strict=True)


def test_the_model_of_face_api_gives_the_same_outputs():
    for name, age, gender in run(AGE_GENDER, 112, AGE_GENDER_MEAN, AGE_GENDER_DIVISOR):
        recorded = RECORDED["age_gender"][name]
        assert age.tolist() == pytest.approx(recorded["age"], rel=1e-5)
        assert gender.tolist() == pytest.approx(recorded["gender"], abs=1e-5)


def test_faceres_in_integers_stays_near_the_outputs_in_floats():
    years = np.arange(1, 101)
    for name, age, gender in run(FACERES, 224, FACERES_MEAN):
        recorded = RECORDED["faceres"][name]
        assert age @ years == pytest.approx(np.dot(recorded["age"], years), abs=0.5)
        assert age.tolist() == pytest.approx(recorded["age"], abs=0.002)
        assert gender.tolist() == pytest.approx(recorded["gender"], abs=0.01)
