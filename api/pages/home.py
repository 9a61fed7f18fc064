"""Home: hand in photographs and videos, or ask about one photograph."""

from flask import Blueprint, Response, request

from api.pages.rendering import show
from api.schemas.requests import MOST_FRAMES_PER_SECOND, OptionsBody
from api.services import services
from api.views.analyze import find_faces, read_picture
from db.processes import count_slots
from db.states import ProcessRole

blueprint = Blueprint("home_page", __name__)


@blueprint.get("/")
def show_page() -> Response:
    """Where everything starts."""
    with services().database.read() as session:
        slots = count_slots(session, ProcessRole.BULK)
    return show(
        "home.html",
        idle=slots == 0,
        defaults=OptionsBody(),
        most_frames_per_second=MOST_FRAMES_PER_SECOND,
    )


@blueprint.post("/look")
def look_at_picture() -> Response:
    """The faces of one picture, to be drawn over it where it is; nothing is kept."""
    return show("look.html", analysis=find_faces(read_picture()), name=_name_of_file())


def _name_of_file() -> str:
    return next((file.filename or "" for file in request.files.values()), "")
