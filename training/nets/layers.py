"""The layers that nets are made of. What trains a net and what writes it read the same list."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Convolution:
    """`filters` of `kernel` x `kernel`, with zeros around the input."""

    filters: int
    kernel: int
    stride: int = 1
    padding: int = 0


@dataclass(frozen=True, slots=True)
class BatchNormalization:
    """Each channel to mean 0 and variance 1 over a batch (Ioffe, Szegedy 2015)."""


@dataclass(frozen=True, slots=True)
class ResponseNormalization:
    """Each value by those of neighboring channels (Krizhevsky et al. 2012, section 3.3).

    Its alpha is 0.0001 and its beta 0.75, as in Caffe's examples.
    """

    channels: int = 5


@dataclass(frozen=True, slots=True)
class Rectifier:
    """Negative values to 0."""


@dataclass(frozen=True, slots=True)
class MaxPooling:
    """The largest value of each `kernel` x `kernel`; a part at the edge counts, as in Caffe."""

    kernel: int
    stride: int


@dataclass(frozen=True, slots=True)
class MeanPooling:
    """The mean of each channel (Lin, Chen, Yan 2014)."""


@dataclass(frozen=True, slots=True)
class Flattening:
    """Channels, rows and columns to one row of values."""


@dataclass(frozen=True, slots=True)
class Dense:
    """Each of `units` from all values."""

    units: int


@dataclass(frozen=True, slots=True)
class Dropout:
    """While training, values are 0 with this probability (Srivastava et al. 2014)."""

    share: float


Layer: TypeAlias = (
    Convolution
    | BatchNormalization
    | ResponseNormalization
    | Rectifier
    | MaxPooling
    | MeanPooling
    | Flattening
    | Dense
    | Dropout
)
