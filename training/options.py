"""What a training is asked for."""

from dataclasses import dataclass
from enum import StrEnum

from models.estimators.averaging import widen_crop
from models.packs.parts import Crop
from models.statistics.confusion import AgeRange

# Smaller faces leave the nets nothing after their last pooling; larger ones take days.
SMALLEST_SIDE, LARGEST_SIDE = 32, 384


class NetKind(StrEnum):
    """The nets that can be trained; `training/nets/architectures.py` has their layers."""

    LEVI_HASSNER = "levi-hassner"  # three convolutions, large kernels
    CNN1 = "cnn1"  # the same form, narrower
    CNN2 = "cnn2"  # four convolutions of 3x3
    CNN3 = "cnn3"  # eight convolutions of 3x3


class Framing(StrEnum):
    """Where the face of a picture is."""

    DETECT = "detect"  # found and cut out upright, as in a job
    WHOLE = "whole"  # the picture is a face that was cut out before


class Averaging(StrEnum):
    """The crops of a face over which a net's outputs are averaged."""

    NONE = "none"  # its center alone
    MIRROR = "mirror"  # its center and the mirror image of it
    TEN_CROP = "ten_crop"  # center and corners, and their mirror images


class Mask(StrEnum):
    """What of a crop is hidden from nets."""

    NONE = "none"
    ELLIPSE = "ellipse"  # what lies outside of an upright ellipse: mostly background


class Device(StrEnum):
    """What nets are trained on."""

    AUTO = "auto"  # the GPU if there is one
    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """Everything that decides the outcome, together with the labels and the pictures.

    `ages` are the classes that an age is chosen among; the rate is multiplied by `decay` every
    `step_epochs`; `leave_out` are the kinds of findings whose rows are not trained on.
    """

    nets: tuple[NetKind, ...]
    ages: tuple[AgeRange, ...]
    leave_out: tuple[str, ...]
    age_by_gender: bool = False
    framing: Framing = Framing.DETECT
    side: int = 64
    averaging: Averaging = Averaging.MIRROR
    mask: Mask = Mask.NONE
    folds: int = 3
    epochs: int = 30
    batch: int = 50
    learning_rate: float = 0.01
    step_epochs: int = 12
    decay: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 0.0005
    dropout: float = 0.5
    seed: int = 1
    threads: int = 1

    def __post_init__(self) -> None:
        if not SMALLEST_SIDE <= self.side <= LARGEST_SIDE:
            raise ValueError(
                f"TrainingOptions.side must be {SMALLEST_SIDE} to {LARGEST_SIDE} pixels, "
                f"got {self.side}"
            )
        if not self.nets or len(set(self.nets)) < len(self.nets):
            raise ValueError(f"TrainingOptions.nets must be different nets, got {self.nets}")

    @property
    def crop(self) -> Crop:
        """The part of a face that a net sees."""
        return Crop("aligned", self.side)

    @property
    def chip(self) -> Crop:
        """The chip that crops are drawn from: the crop with a margin around it."""
        return widen_crop(self.crop, Averaging.TEN_CROP)
