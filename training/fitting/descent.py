"""Stochastic gradient descent with momentum (Polyak 1964) and weight decay.

PyTorch's own optimizers import its compiler first, which takes seconds and leaves a folder behind.
"""

from collections.abc import Iterable
from typing import Any

import torch


class Descent:
    """Changes weights against their gradients, which it then forgets."""

    def __init__(self, weights: Iterable[Any], momentum: float, weight_decay: float) -> None:
        self._weights = list(weights)
        self._momentum = momentum
        self._weight_decay = weight_decay
        self.velocities = [torch.zeros_like(one) for one in self._weights]

    def step(self, rate: float) -> None:
        """One step at a learning `rate`, after a backward pass."""
        with torch.no_grad():
            for weight, velocity in zip(self._weights, self.velocities, strict=True):
                velocity.mul_(self._momentum).add_(weight.grad + self._weight_decay * weight)
                weight.sub_(rate * velocity)
                weight.grad = None

    def load(self, velocities: Iterable[Any]) -> None:
        """Go on with the velocities of an earlier descent."""
        for own, given in zip(self.velocities, velocities, strict=True):
            own.copy_(given)
