"""A model runs on the device that was set, or is not opened."""

import os

import numpy as np
import pytest

from models.errors import ModelUnavailable
from models.graphs.device import Device
from models.graphs.graph import AUTO, CPU, CUDA, OPENVINO, TENSORRT
from models.graphs.onnx import load_onnx, open_on
from models.graphs.providers import ACCELERATORS, CPU_EXECUTION, CUDA_EXECUTION, list_executions
from models.weights.catalog import GENDER
from models.weights.folder import default_weights_dir, require_file
from tests.support.models.devices import FakeSession

ONLY_CPU = [CPU_EXECUTION]
BOTH = [CUDA_EXECUTION, CPU_EXECUTION]


def open_session(asked, chosen, started):
    executions = list_executions(Device(chosen), "images", None)
    _, device = open_on(lambda _: FakeSession(started), Device(chosen), executions, asked)
    return device.provider


@pytest.mark.parametrize(
    ("asked", "chosen", "started", "runs_on"),
    [
        (AUTO, CUDA, BOTH, CUDA),
        (AUTO, CUDA, ONLY_CPU, CPU),
        (CUDA, CUDA, BOTH, CUDA),
        (CPU, CPU, ONLY_CPU, CPU),
        (OPENVINO, OPENVINO, [ACCELERATORS[OPENVINO].execution, *ONLY_CPU], OPENVINO),
    ],
    ids=["auto-cuda", "auto-falls-back", "cuda", "cpu", "openvino"],
)
def test_the_device_is_what_the_session_runs_on(asked, chosen, started, runs_on):
    assert open_session(Device(asked), chosen, started) == runs_on


@pytest.mark.parametrize(
    ("provider", "started"),
    [(CUDA, ONLY_CPU), (TENSORRT, BOTH), (OPENVINO, ONLY_CPU)],
    ids=["cuda", "tensorrt-on-cuda", "openvino"],
)
def test_one_that_does_not_start_is_refused_not_replaced(provider, started):
    with pytest.raises(ModelUnavailable, match=f"`{provider} 1`, but it did not start"):
        open_session(Device(provider, 1), provider, started)


def test_auto_does_not_fall_back_where_a_device_was_named():
    with pytest.raises(ModelUnavailable, match="run on the CPU, but a device was asked for"):
        open_session(Device(AUTO, 0), CUDA, ONLY_CPU)


def test_a_file_that_is_not_a_model_is_refused(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelUnavailable, match=r"model.onnx cannot be opened"):
        load_onnx(path, Device(CPU))


def test_a_real_model_runs_at_any_batch_size():
    graph = load_onnx(require_file(default_weights_dir(os.environ), GENDER), Device(CPU))
    assert graph.provider == CPU
    for count in (1, 5):
        [probabilities] = graph.run(np.zeros((count, 3, 32, 32), np.float32))
        assert probabilities.shape == (count, 2)
        assert np.allclose(probabilities.sum(axis=1), 1.0)
