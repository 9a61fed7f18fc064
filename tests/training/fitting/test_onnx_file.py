"""A net in PyTorch and its ONNX file in ONNX Runtime say the same."""

import numpy as np
import pytest

from models.graphs.onnx import load_onnx
from tests.support.run.packages import needs_torch
from training.nets.architectures import list_layers
from training.nets.onnx_file import write_onnx
from training.options import NetKind

CASES = [*((kind, 64) for kind in NetKind), (NetKind.LEVI_HASSNER, 227), (NetKind.CNN3, 32)]


@needs_torch
@pytest.mark.parametrize(("kind", "side"), CASES)
def test_a_file_gives_the_probabilities_of_the_net_it_was_written_from(tmp_path, kind, side):
    import torch  # noqa: PLC0415

    from training.fitting.networks import build_network  # noqa: PLC0415 - imports PyTorch

    torch.manual_seed(1)
    layers = list_layers(kind, classes=8, dropout=0.5)
    network = build_network(layers, side)
    faces = torch.randn(5, 3, side, side)
    # One pass while training, after which batch normalization has a mean and variance of its own.
    network(faces)
    network.eval()
    weights = {name: one.numpy() for name, one in network.state_dict().items()}
    path = tmp_path / "net.onnx"
    path.write_bytes(write_onnx(layers, weights, side))

    [probabilities] = load_onnx(path).run(faces.numpy())

    expected = torch.softmax(network(faces), dim=1).detach().numpy()
    assert probabilities.shape == (5, 8)
    assert np.ptp(expected, axis=0).max() > 1e-4
    assert probabilities == pytest.approx(expected, abs=1e-5)
