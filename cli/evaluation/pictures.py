"""Labeled pictures decoded and searched in this process."""

from pathlib import Path

from db.job_values import DetectionMode
from models.accuracy.pairing import pair_boxes
from models.errors import ItemError
from models.labels import LabelRow
from models.nets.analyzer import AlignedFace, Analyzer
from models.pictures.picture import Picture, decode_picture
from models.prominence import find_most_prominent
from worker.settings import WORKING_SIZES, Settings


def decode_file(settings: Settings, path: Path) -> Picture | None:
    """The picture in a file; None if it cannot be read."""
    try:
        return decode_picture(
            path.read_bytes(),
            max_pixels=settings.max_pixels,
            working_size=WORKING_SIZES[DetectionMode.NORMAL],
        )
    except (ItemError, OSError):
        return None


def find_labeled_face(settings: Settings, analyzer: Analyzer, row: LabelRow) -> AlignedFace | None:
    """The face that a row is about: at its box, else the most prominent one of its picture; None if
    there is none, or the picture cannot be read."""
    picture = decode_file(settings, row.path) if row.path else None
    if picture is None or row.is_empty:
        return None
    [found] = analyzer.detect([picture])
    boxes = [face.detection.box for face in found.faces]
    if row.box is not None:
        pairs = pair_boxes([row.box], boxes)
        return found.faces[pairs[0][1]] if pairs else None
    chosen = find_most_prominent(boxes, picture.width_pixels, picture.height_pixels)
    return None if chosen is None else found.faces[chosen]
