"""One picture, large, with its faces."""

from flask import Blueprint, Response, abort

from api.faces import FaceOut
from api.pages.rendering import show
from api.schemas import ResultOut
from api.services import services
from db.results import read_item, read_upload

blueprint = Blueprint("item_page", __name__)


@blueprint.get("/items/<number:item_id>")
def show_page(item_id: int) -> Response:
    """The picture itself where it is kept, else its thumbnail; a line for each face."""
    with services().database.read() as session:
        item = read_item(session, item_id)
        uploaded = read_upload(session, item_id) is not None
    if item is None:
        abort(404, "There is no such item.")
    line = ResultOut.of(item)
    return show(
        "item.html",
        item=line,
        faces=line.faces if line.video is None else _choose_people(line),
        job_id=item.job_id,
        uploaded=uploaded and line.video is None,
    )


def _choose_people(video: ResultOut) -> list[FaceOut]:
    """The surest face of each person."""
    by_score = sorted(video.faces, key=lambda face: face.score)
    surest = {face.track or 0: face for face in by_score}
    return [surest[track] for track in sorted(surest)]
