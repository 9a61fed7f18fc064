"""The columns of a face, and back: faces of pictures, frames of videos, and tracks."""

from db.quality import quality_columns, read_quality
from db.tables.faces import EstimateColumns, FaceRow
from db.tables.items import ItemRow
from models.face import UNKNOWN, AgeEstimate, Box, Dropped, Face, Gender, whole_years


def face_columns(face: Face, gender_min_probability: float) -> dict[str, object]:
    """The columns of a face in a picture or a frame."""
    return {
        **box_columns(face.box),
        "score": face.score,
        "landmarks": [list(point) for point in face.landmarks],
        **estimate_columns(face.gender, face.age, face.judged, gender_min_probability),
        **quality_columns(face.quality),
    }


def box_columns(box: Box) -> dict[str, object]:
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def estimate_columns(
    gender: Gender, age: AgeEstimate, judged: bool, gender_min_probability: float
) -> dict[str, object]:
    """The columns of what is estimated of a face or a track."""
    return {
        "judged": judged,
        "female": gender.female,
        "gender": gender.value(gender_min_probability) if judged else UNKNOWN,
        "age": whole_years(age.years),
        "age_years": age.years,
        "age_low": age.low,
        "age_high": age.high,
        "age_group": age.group,
    }


def dropped_columns(dropped: Dropped) -> dict[str, object]:
    """The columns of an item or a frame for likely faces that were left out."""
    return {"too_small": dropped.too_small or None, "too_unsure": dropped.too_unsure or None}


def read_face(row: FaceRow) -> Face:
    return Face(
        box=read_box(row),
        score=row.score,
        landmarks=tuple((x, y) for x, y in row.landmarks),
        gender=Gender(row.female),
        age=read_age(row),
        quality=read_quality(row),
        judged=row.judged,
    )


def read_box(row: EstimateColumns) -> Box:
    return Box(row.x, row.y, row.width, row.height)


def read_age(row: EstimateColumns) -> AgeEstimate:
    return AgeEstimate(row.age_years, row.age_low, row.age_high, row.age_group)


def read_dropped(row: ItemRow) -> Dropped:
    return Dropped(row.too_small or 0, row.too_unsure or 0)
