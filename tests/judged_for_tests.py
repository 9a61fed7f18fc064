"""Labelled pictures with faces, without any picture."""

from jobs_for_tests import make_face

from models.judged import JudgedPicture


def judge(true_age, true_gender, years, female, subject=None, threshold=0.6):
    """A picture of one face, whose subject is its own unless one is named."""
    face = make_face(years, female)
    return JudgedPicture(
        subject=subject or f"{true_age}-{true_gender}-{years}-{female}",
        true_age=true_age,
        true_gender=true_gender,
        face=face,
        gender=face.gender.value(threshold),
    )
