"""Converted models give what the originals give, which record_references.mjs has recorded."""

import json
import os
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from models.weights.catalog import AGE_GENDER, FACERES
from models.weights.folder import default_weights_dir, require_file
from tests.support.patterns import make_noise, make_ramp

RECORDED = json.loads(Path(__file__).with_name("references.json").read_text())
PATTERNS = {"noise": make_noise, "ramp": make_ramp}
# What the original does before its first layer.
INPUTS = {
    "age_gender": (AGE_GENDER, 112, (122.782, 117.001, 104.298), 255.0),
    "faceres": (FACERES, 224, (103.939, 116.779, 123.68), 1.0),
}


@pytest.mark.parametrize("model", INPUTS)
def test_outputs_are_those_of_the_original(model):
    file, side, mean, divisor = INPUTS[model]
    path = require_file(default_weights_dir(os.environ), file)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    pictures = np.stack([make(side) for make in PATTERNS.values()]).astype(np.float32)
    inputs = ((pictures - np.float32(mean)) / np.float32(divisor)).transpose(0, 3, 1, 2)
    ages, genders = session.run(["age", "gender"], {"input": inputs})
    for row, name in enumerate(PATTERNS):
        recorded = RECORDED[model][name]
        assert ages[row].tolist() == pytest.approx(recorded["age"], abs=1e-6, rel=1e-5)
        assert genders[row].tolist() == pytest.approx(recorded["gender"], abs=1e-5)
