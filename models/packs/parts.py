"""The parts of a pack: a detector, and estimators of ages, genders or both."""

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, get_args

from models.packs.names import NAME
from models.packs.readings import AgeReading, GenderReading

GENDERS: tuple[Literal["female", "male"], ...] = ("female", "male")
SHA256 = re.compile(r"[0-9a-f]{64}")
ONNX, CAFFE, CASCADE = ".onnx", ".caffemodel", ".xml"

# Looks at a face whose answers are averaged, and what of a chip is hidden.
Averaging = Literal["none", "mirror", "sizes", "mirrored_sizes", "ten_crop"]
Mask = Literal["none", "ellipse"]
AVERAGINGS: tuple[Averaging, ...] = get_args(Averaging)
MASKS: tuple[Mask, ...] = get_args(Mask)

SMALLEST_SIDE, LARGEST_SIDE = 8, 512
LARGEST_BATCH = 64


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file by its name and the sha256 of its bytes."""

    name: str
    sha256: str

    def __post_init__(self) -> None:
        if PurePath(self.name).name != self.name or self.name in ("", ".", ".."):
            raise ValueError(f"file must be a name without folders, got {self.name!r}")
        if not SHA256.fullmatch(self.sha256):
            raise ValueError(f"sha256 of {self.name} must be 64 hexadecimal digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A model with its file. A Caffe model also has a `network`: its prototxt."""

    file: str
    sha256: str
    license: str
    source: str
    training_data: str
    network: str = ""
    network_sha256: str = ""

    @property
    def files(self) -> tuple[PackFile, ...]:
        weights = PackFile(self.file, self.sha256)
        if not self.network:
            return (weights,)
        return weights, PackFile(self.network, self.network_sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorPart(Part):
    """Finds faces. `yunet` is an ONNX file, `ssd` a Caffe model, `haar` a cascade of OpenCV."""

    kind: Literal["yunet", "ssd", "haar"]

    def __post_init__(self) -> None:
        endings = {"yunet": ONNX, "ssd": CAFFE, "haar": CASCADE}
        _check_files(self, (endings[self.kind],))


@dataclass(frozen=True, slots=True)
class Crop:
    """How a face is cut from its picture, as a square of `side` pixels.

    `aligned` turns the landmarks upright and to their usual positions, then enlarges the face by
    `zoom` and moves it `down` by a share of the side. `box` takes the detector's box with
    `padding_pixels`, and `padding_share` of its longer side, around it.
    """

    kind: Literal["aligned", "box"]
    side: int
    zoom: float = 1.0
    down: float = 0.0
    padding_pixels: int = 0
    padding_share: float = 0.0

    def __post_init__(self) -> None:
        if not SMALLEST_SIDE <= self.side <= LARGEST_SIDE:
            raise ValueError(
                f"side must be {SMALLEST_SIDE} to {LARGEST_SIDE} pixels, got {self.side}"
            )
        if not 0.2 <= self.zoom <= 5.0:
            raise ValueError(f"zoom must be 0.2 to 5, got {self.zoom}")
        if not -0.5 <= self.down <= 0.5:
            raise ValueError(f"down must be -0.5 to 0.5, got {self.down}")
        if not 0 <= self.padding_pixels <= LARGEST_SIDE or not 0 <= self.padding_share <= 2:
            raise ValueError(
                f"padding must be 0 to {LARGEST_SIDE} pixels and 0 to 2 sides, "
                f"got {self.padding_pixels} and {self.padding_share}"
            )
        if self.kind == "aligned" and (self.padding_pixels or self.padding_share):
            raise ValueError("an aligned crop has a zoom, not a padding")
        if self.kind == "box" and (self.zoom != 1.0 or self.down):
            raise ValueError("a box crop has a padding, not a zoom or down")


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorPart(Part):
    """Estimates ages, genders or both from chips.

    The input is (N, 3, side, side): pixels in the order of `colors`, minus `mean` (red, green,
    blue), divided by `divisor`. The answers for several crops of one face are averaged.
    """

    name: str
    crop: Crop
    colors: Literal["rgb", "bgr"] = "rgb"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    divisor: float = 1.0
    batch: int = LARGEST_BATCH
    averaging: Averaging = "none"
    mask: Mask = "none"
    age: AgeReading | None = None
    gender: GenderReading | None = None
    # An age estimator for faces of one voted gender only.
    for_gender: Literal["female", "male"] | None = None

    def __post_init__(self) -> None:
        _check_files(self, (ONNX, CAFFE))
        if not NAME.fullmatch(self.name):
            raise ValueError(f"name must be lower case letters, digits, dashes; got {self.name!r}")
        if self.divisor <= 0:
            raise ValueError(f"divisor must be above 0, got {self.divisor}")
        if not 1 <= self.batch <= LARGEST_BATCH:
            raise ValueError(f"batch must be 1 to {LARGEST_BATCH}, got {self.batch}")
        if not self.age and not self.gender:
            raise ValueError("an estimator needs an age, a gender or both")
        if self.for_gender and (self.gender or not self.age):
            raise ValueError("an estimator with for_gender gives an age, and no gender")


def _check_files(part: Part, endings: tuple[str, ...]) -> None:
    weights, *others = part.files
    ending = PurePath(weights.name).suffix
    if ending not in endings:
        raise ValueError(f"file must end in {' or '.join(endings)}, got {part.file!r}")
    if (ending == CAFFE) != bool(others):
        raise ValueError("a .caffemodel needs a network, its .prototxt; no other file has one")
