"""Layers to a network of PyTorch."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from torch import nn

from training.nets.layers import (
    BatchNormalization,
    Convolution,
    Dense,
    Dropout,
    Flattening,
    Layer,
    MaxPooling,
    MeanPooling,
    Rectifier,
    ResponseNormalization,
)

Network: TypeAlias = Any

INPUT_CHANNELS = 3
# The spread of the last layer's first weights: every class starts about as likely as any other.
LAST_SPREAD = 0.01


def build_network(layers: Sequence[Layer], side: int) -> Network:
    """A network with one module for each layer, for inputs (N, 3, side, side).

    Its weights are drawn from PyTorch's generator: set its seed before.
    """
    modules: list[Any] = []
    shape = torch.zeros(1, INPUT_CHANNELS, side, side)
    for layer in layers:
        module = _build_module(layer, shape.shape[1])
        _initialize(module)
        modules.append(module)
        # Batch normalization takes more than one value of a channel while it trains.
        shape = module.eval()(shape)
    nn.init.normal_(modules[-1].weight, std=LAST_SPREAD)
    return nn.Sequential(*modules).train()


def _build_module(layer: Layer, channels: int) -> Any:
    match layer:
        case Convolution(filters, kernel, stride, padding):
            return nn.Conv2d(channels, filters, kernel, stride, padding)
        case BatchNormalization():
            return nn.BatchNorm2d(channels)
        case ResponseNormalization(neighbors):
            return nn.LocalResponseNorm(neighbors, alpha=1e-4, beta=0.75)
        case Rectifier():
            return nn.ReLU()
        case MaxPooling(kernel, stride):
            return nn.MaxPool2d(kernel, stride, ceil_mode=True)
        case MeanPooling():
            return nn.AdaptiveAvgPool2d(1)
        case Flattening():
            return nn.Flatten()
        case Dense(units):
            return nn.Linear(channels, units)
        case Dropout(share):
            return nn.Dropout(share)


def _initialize(module: Any) -> None:
    """Weights that keep the spread of values from layer to layer (He et al. 2015)."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)
