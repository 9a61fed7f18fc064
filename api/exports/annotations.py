"""The analyzed pictures of a job, as tools for annotation take them: not its videos, whose faces
are in no single picture."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.exports.results import RESULTS
from api.schemas.faces import FaceOut
from api.schemas.results import ResultsQuery
from db.engine import Database
from db.item_values import StoredItem
from db.states import ItemState


@dataclass(frozen=True, slots=True)
class AnnotatedPicture:
    """A picture with its size as a person sees it, and its faces."""

    item: StoredItem
    width_pixels: int
    height_pixels: int
    faces: tuple[FaceOut, ...]


def list_pictures(
    database: Database, job_id: int, query: ResultsQuery
) -> Iterator[AnnotatedPicture]:
    """In the order of the items, page by page."""
    for item in RESULTS.read_all(database, job_id, query):
        width, height = item.width_pixels, item.height_pixels
        if item.state == ItemState.DONE and item.frames is None and width and height:
            faces = tuple(map(FaceOut.of, item.faces))
            yield AnnotatedPicture(item, width, height, faces)
