"""Labeled pictures with faces, without any picture."""

from db.slices.bands import PRESETS
from db.slices.evaluations import (
    Evaluation,
    EvaluationCounts,
    EvaluationSettings,
)
from models.accuracy.labeled_pictures import LabeledPicture, count_labeled
from models.accuracy.measurement import measure_accuracy
from tests.support.models.packs import PACK
from tests.support.work.jobs import make_face


def make_labeled(true_age, true_gender, years, female, subject=None, threshold=0.6):
    """A picture of one face, whose subject is its own unless one is named."""
    face = make_face(years, female)
    return LabeledPicture(
        subject=subject or f"{true_age}-{true_gender}-{years}-{female}",
        true_age=true_age,
        true_gender=true_gender,
        face=face,
        gender=face.gender.value(threshold),
    )


def make_evaluation(name: str = "spring") -> Evaluation:
    return Evaluation(
        name=name,
        pack=PACK,
        settings=EvaluationSettings(640, 0.7, 24, 0.6, 0.4),
        counts=EvaluationCounts(62, 61, 60, 2, {"no_face": 1, "unreadable": 1}),
        accuracy=measure_accuracy(PICTURES, PRESETS, "marketing"),
        labeled=count_labeled(PICTURES),
        design_effect=1.5,
    )


PICTURES = [
    make_labeled(age, gender, age + 2.0, female, subject=f"{gender}{number}")
    for number, age in enumerate(range(2, 95, 3))
    for gender, female in (("female", 0.9), ("male", 0.2 + number % 2 * 0.25))
]
