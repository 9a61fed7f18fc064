"""Caffe models are run by OpenCV."""

import numpy as np
import pytest

from models.errors import ModelUnavailable
from models.graphs.device import Device
from models.graphs.graph import CPU
from models.graphs.opening import load_graph
from tests.support.models.small_models import write_caffe


@pytest.fixture
def paths(tmp_path):
    network, weights = tmp_path / "made.prototxt", tmp_path / "made.caffemodel"
    write_caffe(network, weights, labels=3)
    return weights, network


def test_a_caffe_model_runs_at_any_batch_size(paths):
    graph = load_graph(paths, Device(CPU))
    assert graph.provider == CPU
    chips = np.random.default_rng(2).uniform(-100, 100, (5, 3, 16, 16)).astype(np.float32)
    [together] = graph.run(chips)
    assert together.shape[:2] == (5, 3)
    assert np.allclose(together.reshape(5, -1).sum(axis=1), 1.0)
    for row, chip in zip(together, chips, strict=True):
        [alone] = graph.run(chip[np.newaxis])
        assert np.allclose(alone[0], row, atol=1e-5)


def test_outputs_stay_as_they_were_when_the_model_runs_again(paths):
    graph = load_graph(paths, Device(CPU))
    [first] = graph.run(np.full((1, 3, 16, 16), 90, np.float32))
    kept = first.copy()
    graph.run(np.full((1, 3, 16, 16), -90, np.float32))
    assert np.array_equal(first, kept)


def test_a_file_that_is_not_a_caffe_model_is_refused(paths):
    weights, network = paths
    weights.write_bytes(b"not a model" * 10)
    with pytest.raises(ModelUnavailable, match=r"made.caffemodel cannot be opened"):
        load_graph((weights, network), Device(CPU))
