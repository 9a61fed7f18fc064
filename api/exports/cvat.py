"""Results as an XML file of CVAT, "CVAT for images 1.1", which a task takes as annotations.

The format is that of docs.cvat.ai, XML annotation format. The label of a task is in
docs/exports.md.
"""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from flask import Response

from api.exports.annotations import AnnotatedPicture, list_pictures
from api.exports.tables import reply_file
from api.media_types import XML
from api.schemas.faces import FaceOut
from api.schemas.results import ResultsQuery
from db.engine import Database
from db.job_values import JobStatus

FACE = "face"


def reply_cvat(database: Database, job: JobStatus, query: ResultsQuery) -> Response:
    """The pictures of a job and their faces, as a file to upload."""
    pictures = list_pictures(database, job.id, query)
    return reply_file(stream_cvat(pictures), XML, f"job-{job.id}.cvat.xml")


def stream_cvat(pictures: Iterable[AnnotatedPicture]) -> Iterator[str]:
    """CVAT finds each picture of its task by its name."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n<meta/>\n'
    for number, picture in enumerate(pictures):
        size = f'width="{picture.width_pixels}" height="{picture.height_pixels}"'
        name = quoteattr(_keep_legal(picture.item.name))
        yield f'<image id="{number}" name={name} {size}>\n'
        yield from map(_write_box, picture.faces)
        yield "</image>\n"
    yield "</annotations>\n"


def _write_box(face: FaceOut) -> str:
    box = face.box
    corners = (
        f'xtl="{box.x:.2f}" ytl="{box.y:.2f}" xbr="{box.x + box.width:.2f}" '
        f'ybr="{box.y + box.height:.2f}"'
    )
    attributes = {"gender": face.gender.value, "age": str(round(face.age.years))}
    inner = "".join(
        f'<attribute name="{name}">{escape(value)}</attribute>'
        for name, value in attributes.items()
    )
    return f'<box label="{FACE}" source="auto" occluded="0" {corners} z_order="0">{inner}</box>\n'


def _keep_legal(name: str) -> str:
    """XML has no control characters, not even escaped; a name with one names nothing in CVAT."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)
