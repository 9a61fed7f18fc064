"""Steps of gradient descent, computed by hand."""

import pytest

from tests.support.run.packages import needs_torch


def descend(steps, gradient, momentum=0.0, weight_decay=0.0, velocity=None):
    import torch  # noqa: PLC0415

    from training.fitting.descent import Descent  # noqa: PLC0415 - imports PyTorch

    weight = torch.ones(1, requires_grad=True)
    descent = Descent([weight], momentum, weight_decay)
    if velocity is not None:
        descent.load([torch.tensor([velocity])])
    for _ in range(steps):
        (weight * gradient).sum().backward()
        descent.step(rate=0.1)
    assert weight.grad is None
    return weight.item()


@needs_torch
@pytest.mark.parametrize(
    ("arguments", "weight"),
    [
        ({"steps": 2, "gradient": 1.0}, 0.8),
        ({"steps": 1, "gradient": 1.0, "momentum": 0.5}, 0.9),
        ({"steps": 2, "gradient": 1.0, "momentum": 0.5}, 0.75),
        ({"steps": 3, "gradient": 1.0, "momentum": 0.5}, 0.575),
        ({"steps": 1, "gradient": 0.0, "weight_decay": 0.1}, 0.99),
        ({"steps": 1, "gradient": 1.0, "momentum": 0.5, "velocity": 1.5}, 0.825),
    ],
    ids=["plain", "one step", "two steps", "three steps", "weight decay", "resumed"],
)
def test_weights_change_against_their_gradients(arguments, weight):
    assert descend(**arguments) == pytest.approx(weight)
