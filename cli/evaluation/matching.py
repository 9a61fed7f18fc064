"""Which faces that were found are those of labels."""

from collections.abc import Iterator, Sequence

from db.item_values import StoredFace, StoredItem
from models.accuracy.boxed_pictures import BoxedPicture, FoundBox
from models.accuracy.labeled_pictures import LabeledPicture
from models.accuracy.pairing import pair_boxes
from models.face import Box
from models.labels import LabelRow
from models.prominence import find_most_prominent


def match_rows(
    rows: Sequence[LabelRow], item: StoredItem
) -> Iterator[tuple[LabelRow, LabeledPicture]]:
    """The labels of the rows of a picture with the faces that they belong to, each face with one
    row at most; a row without a box is the only one, and belongs to the most prominent face."""
    boxed = [row for row in rows if row.box is not None]
    boxes = [stored.face.box for stored in item.faces]
    pairs = dict(pair_boxes([row.box for row in boxed if row.box is not None], boxes))
    for number, row in enumerate(boxed):
        yield row, _label(row, item.faces[pairs[number]] if number in pairs else None)
    for row in rows:
        if row.box is None and not row.is_empty:
            found = find_most_prominent(boxes, item.width_pixels or 1, item.height_pixels or 1)
            yield row, _label(row, None if found is None else item.faces[found])


def match_picture(rows: Sequence[LabelRow], item: StoredItem) -> BoxedPicture | None:
    """The picture with the boxes of its faces; None if they are not labeled."""
    if any(row.box is None and not row.is_empty for row in rows):
        return None
    return BoxedPicture(
        tuple(row.box for row in rows if row.box is not None),
        tuple(FoundBox(stored.face.box, stored.face.score) for stored in item.faces),
    )


def is_inside(box: Box, item: StoredItem) -> bool:
    """Whether at least a part of a labeled box is in the picture."""
    return box.x < (item.width_pixels or 0) and box.y < (item.height_pixels or 0)


def _label(row: LabelRow, face: StoredFace | None) -> LabeledPicture:
    return LabeledPicture(
        subject=row.subject,
        true_age=row.age_years,
        true_gender=row.gender,
        face=face.face if face else None,
        gender=face.gender if face else "unknown",
    )
