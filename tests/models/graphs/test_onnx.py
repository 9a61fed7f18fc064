"""A model runs on the provider that was set, or is not opened."""

import os

import numpy as np
import pytest

from models.errors import ModelUnavailable
from models.graphs.graph import AUTO, CPU, CUDA
from models.graphs.onnx import (
    CPU_EXECUTION,
    CUDA_EXECUTION,
    choose_executions,
    load_onnx,
    open_graph,
)
from models.weights.catalog import GENDER
from models.weights.folder import default_weights_dir, require_file

ONLY_CPU = [CPU_EXECUTION]
BOTH = [CUDA_EXECUTION, CPU_EXECUTION]


class FakeInput:
    name = "input"


class FakeSession:
    def __init__(self, providers):
        self._providers = providers

    def get_inputs(self):
        return [FakeInput()]

    def get_providers(self):
        return self._providers


@pytest.mark.parametrize(
    ("available", "provider", "executions"),
    [
        (ONLY_CPU, AUTO, ONLY_CPU),
        (ONLY_CPU, CPU, ONLY_CPU),
        (BOTH, AUTO, BOTH),
        (BOTH, CPU, ONLY_CPU),
        (BOTH, CUDA, BOTH),
    ],
)
def test_the_best_allowed_provider_is_tried_first(available, provider, executions):
    assert choose_executions(available, provider) == executions


def test_cuda_that_is_not_installed_is_refused_with_what_to_install():
    with pytest.raises(ModelUnavailable, match="onnxruntime-gpu"):
        choose_executions(ONLY_CPU, CUDA)


def test_a_provider_that_does_not_exist_is_refused():
    with pytest.raises(ModelUnavailable, match="one of auto, cpu, cuda, got 'tpu'"):
        choose_executions(BOTH, "tpu")


@pytest.mark.parametrize(
    ("provider", "started", "runs_on"),
    [(AUTO, BOTH, CUDA), (AUTO, ONLY_CPU, CPU), (CUDA, BOTH, CUDA), (CPU, ONLY_CPU, CPU)],
    ids=["auto-cuda", "auto-falls-back", "cuda", "cpu"],
)
def test_the_graph_names_the_provider_it_runs_on(provider, started, runs_on):
    graph = open_graph(lambda executions: FakeSession(started), BOTH, provider)
    assert graph.provider == runs_on


def test_cuda_that_does_not_start_is_refused_not_replaced():
    with pytest.raises(ModelUnavailable, match="CUDA did not start"):
        open_graph(lambda executions: FakeSession(ONLY_CPU), BOTH, CUDA)


def test_a_file_that_is_not_a_model_is_refused(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelUnavailable, match=r"model.onnx cannot be opened"):
        load_onnx(path, CPU)


def test_a_real_model_runs_at_any_batch_size():
    graph = load_onnx(require_file(default_weights_dir(os.environ), GENDER), CPU)
    assert graph.provider == CPU
    for count in (1, 5):
        [probabilities] = graph.run(np.zeros((count, 3, 32, 32), np.float32))
        assert probabilities.shape == (count, 2)
        assert np.allclose(probabilities.sum(axis=1), 1.0)
