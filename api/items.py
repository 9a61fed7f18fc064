"""One item, and its annotated thumbnail."""

from flask import Response, abort
from flask_openapi3 import APIBlueprint, Tag

from api.errors import ERRORS, answers
from api.replies import reply
from api.requests import ItemPath
from api.schemas import ResultOut
from api.services import services
from db.results import read_item, read_thumbnail

blueprint = APIBlueprint(
    "items", __name__, url_prefix="/v1", abp_tags=[Tag(name="items")], abp_responses=ERRORS
)
PICTURE = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}


@blueprint.get("/items/<int:item_id>", responses=answers(ResultOut, 200))
def show_item(path: ItemPath) -> Response:
    """One item with all its faces."""
    with services().database.read() as session:
        item = read_item(session, path.item_id)
    if item is None:
        abort(404, "There is no such item.")
    return reply(ResultOut.of(item))


@blueprint.get("/items/<int:item_id>/thumbnail", responses=answers(PICTURE, 200))
def show_thumbnail(path: ItemPath) -> Response:
    """The item's picture, small, with its faces drawn in, as the options of its job say."""
    with services().database.read() as session:
        thumbnail = read_thumbnail(session, path.item_id)
    if thumbnail is None:
        abort(404, "There is no thumbnail of this item.")
    return Response(thumbnail.content, mimetype=thumbnail.media_type)
