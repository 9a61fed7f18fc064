"""The columns of a face, and back."""

from db.tables import FaceRow
from models.face import AgeEstimate, Box, Dropped, Face, Gender, whole_years


def describe_dropped(dropped: Dropped) -> dict[str, object]:
    """The columns of a picture or frame that has likely faces left out."""
    return {"too_small": dropped.too_small or None, "too_unsure": dropped.too_unsure or None}


def describe_face(face: Face, gender_min_probability: float) -> dict[str, object]:
    """The columns that every face has, in a photograph or in a video."""
    return {
        "x": face.box.x,
        "y": face.box.y,
        "width": face.box.width,
        "height": face.box.height,
        "score": face.score,
        "landmarks": [list(point) for point in face.landmarks],
        "female": face.gender.female,
        "gender": face.gender.value(gender_min_probability),
        "age": whole_years(face.age.years),
        "age_years": face.age.years,
        "age_low": face.age.low,
        "age_high": face.age.high,
        "age_group": face.age.group,
    }


def read_face(row: FaceRow) -> Face:
    """The value of a row."""
    return Face(
        box=Box(row.x, row.y, row.width, row.height),
        score=row.score,
        landmarks=tuple((x, y) for x, y in row.landmarks),
        gender=Gender(female=row.female),
        age=AgeEstimate(row.age_years, row.age_low, row.age_high, row.age_group),
    )
