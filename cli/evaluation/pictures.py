"""Labeled pictures decoded and searched in this process."""

from pathlib import Path

from db.job_values import DetectionMode
from models.errors import ItemError
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


def find_labeled_face(settings: Settings, analyzer: Analyzer, path: Path) -> AlignedFace | None:
    """The most prominent face of the picture in a file; None if it has none or cannot be read."""
    picture = decode_file(settings, path)
    if picture is None:
        return None
    [found] = analyzer.detect([picture])
    boxes = [face.detection.box for face in found.faces]
    chosen = find_most_prominent(boxes, picture.width_pixels, picture.height_pixels)
    return None if chosen is None else found.faces[chosen]
