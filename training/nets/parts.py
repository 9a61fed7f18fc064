"""A net as the part of a pack."""

from collections.abc import Sequence

from models.packs.parts import GENDERS, EstimatorPart
from models.packs.readings import AgeClasses, GenderClasses
from models.weights.folder import hash_bytes
from training.options import NetKind, TrainingOptions
from training.targets import Target

# The mean of faces, and about their spread: inputs are then mostly between -2 and 2.
MEAN_RGB = (122.782, 117.001, 104.298)
DIVISOR = 64.0
LICENSE = "yours"
SOURCE = "facetally train"


def make_part(
    target: Target,
    net: NetKind,
    options: TrainingOptions,
    years: Sequence[float],
    training_data: str = "",
    model: bytes = b"",
) -> EstimatorPart:
    """The estimator of `target` whose ONNX file is `model`; its classes stand for `years`."""
    name = f"{net}-{target}"
    is_gender = target is Target.GENDER
    return EstimatorPart(
        name=name,
        file=f"{name}.onnx",
        sha256=hash_bytes(model),
        license=LICENSE,
        source=SOURCE,
        training_data=training_data,
        crop=options.crop,
        mean=MEAN_RGB,
        divisor=DIVISOR,
        averaging=options.averaging.value,
        mask=options.mask.value,
        gender=GenderClasses("softmax", GENDERS) if is_gender else None,
        age=None if is_gender else AgeClasses("classes", tuple(years)),
        for_gender=target.for_gender,
    )
