"""PyTorch computes the shipped models as ONNX Runtime does."""

import os

import numpy as np
import onnxruntime
import pytest

from models.weights.catalog import AGE, AGE_GENDER, DETECTOR, FACERES, GENDER
from models.weights.folder import default_weights_dir, require_file
from tests.support.run.packages import needs_torch

SIZES = {
    DETECTOR: (160, 320),
    AGE: (64, 64),
    GENDER: (32, 32),
    AGE_GENDER: (112, 112),
    FACERES: (224, 224),
}


@needs_torch
@pytest.mark.parametrize("file", SIZES, ids=lambda file: file.name)
def test_a_model_gives_the_same_outputs(file):
    from benchmarks.accelerators.torch_graph import TorchGraph  # noqa: PLC0415

    model = require_file(default_weights_dir(os.environ), file).read_bytes()
    inputs = np.random.default_rng(1).uniform(0, 1, (2, 3, *SIZES[file])).astype(np.float32)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    expected = session.run(None, {session.get_inputs()[0].name: inputs})
    for found, wanted in zip(TorchGraph(model, "cpu").run(inputs), expected, strict=True):
        assert found.shape == wanted.shape
        assert np.allclose(found, wanted, atol=2e-3 * max(1.0, np.abs(wanted).max()))
