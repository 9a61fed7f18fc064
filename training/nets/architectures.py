"""The nets that can be trained, as lists of layers; the last one has a unit for each class.

`levi-hassner` has the layers of the paper (Levi, Hassner 2015, "Age and Gender Classification using
Convolutional Neural Networks", section 3.1, and the prototxt its authors published). Its input is
227 pixels there; a smaller one leaves the layers as they are and makes the first dense one smaller.

`cnn1` to `cnn3` are three nets of different structure and depth whose outputs are voted, as in
Hassan, Ali 2020, "Age and Gender Classification using Multiple Convolutional Neural Network" (IOP
Conf. Ser.: Mater. Sci. Eng. 928 032039). The tables of its layers are not public, so these layers
are our own: the form of Levi and Hassner, that of Simonyan and Zisserman 2015 (VGG), and the latter
twice as deep with a mean in place of dense layers (Lin, Chen, Yan 2014).
"""

from collections.abc import Sequence

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
from training.options import NetKind


def list_layers(kind: NetKind, classes: int, dropout: float) -> tuple[Layer, ...]:
    """The layers of a net, from its input to a value for each of `classes`."""
    builders = {
        NetKind.LEVI_HASSNER: _levi_hassner,
        NetKind.CNN1: _cnn1,
        NetKind.CNN2: _cnn2,
        NetKind.CNN3: _cnn3,
    }
    return (*builders[kind](dropout), Dense(classes))


def _levi_hassner(dropout: float) -> list[Layer]:
    return [
        Convolution(96, kernel=7, stride=4),
        Rectifier(),
        MaxPooling(3, 2),
        ResponseNormalization(),
        Convolution(256, kernel=5, padding=2),
        Rectifier(),
        MaxPooling(3, 2),
        ResponseNormalization(),
        Convolution(384, kernel=3, padding=1),
        Rectifier(),
        MaxPooling(3, 2),
        Flattening(),
        *_dense(512, dropout),
        *_dense(512, dropout),
    ]


def _cnn1(dropout: float) -> list[Layer]:
    return [
        *_normalized(32, kernel=7, stride=2),
        MaxPooling(3, 2),
        *_normalized(64, kernel=5),
        MaxPooling(3, 2),
        *_normalized(128, kernel=3),
        MaxPooling(3, 2),
        Flattening(),
        *_dense(256, dropout),
    ]


def _cnn2(dropout: float) -> list[Layer]:
    blocks = [[*_normalized(filters), MaxPooling(2, 2)] for filters in (16, 32, 64, 128)]
    return [*_join(blocks), Flattening(), *_dense(256, dropout)]


def _cnn3(dropout: float) -> list[Layer]:
    blocks = [
        # The first one halves the input, which makes the net four times as fast.
        [*_normalized(filters, stride=stride), *_normalized(filters), MaxPooling(2, 2)]
        for filters, stride in ((16, 2), (32, 1), (64, 1), (128, 1))
    ]
    return [*_join(blocks), MeanPooling(), Flattening(), Dropout(dropout)]


def _normalized(filters: int, kernel: int = 3, stride: int = 1) -> list[Layer]:
    padding = kernel // 2
    return [Convolution(filters, kernel, stride, padding), BatchNormalization(), Rectifier()]


def _dense(units: int, dropout: float) -> list[Layer]:
    return [Dense(units), Rectifier(), Dropout(dropout)]


def _join(blocks: Sequence[Sequence[Layer]]) -> list[Layer]:
    return [layer for block in blocks for layer in block]
