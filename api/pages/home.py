"""Home: upload pictures and videos, or try one picture."""

from flask import Blueprint, Response, request

from api.pages.rendering import show
from api.schemas.options import MOST_FRAMES_PER_SECOND, OptionsBody
from api.services import services
from api.submissions.packs import choose_pack
from api.views.analyze import find_faces, read_picture
from api.views.packs import read_packs
from db.processes import count_slots
from db.states import ProcessRole
from models.pictures.endings import ARCHIVE_ENDINGS, SUBMITTED_ENDINGS
from models.pictures.litter import DELETED_FOLDERS, GENERATED_FOLDERS

blueprint = Blueprint("home_page", __name__)

# Browsers compare what follows the last dot of a name.
ARCHIVE_SUFFIXES = sorted({ending[ending.rindex(".") :] for ending in ARCHIVE_ENDINGS})


@blueprint.get("/")
def show_page() -> Response:
    """The upload form, with the defaults of the API."""
    with services().database.read() as session:
        slots = count_slots(session, ProcessRole.BULK)
    return show(
        "home.html",
        idle=slots == 0,
        defaults=OptionsBody(),
        endings=SUBMITTED_ENDINGS,
        archives=ARCHIVE_SUFFIXES,
        litter=sorted(DELETED_FOLDERS | GENERATED_FOLDERS),
        packs=read_packs(),
        most_frames_per_second=MOST_FRAMES_PER_SECOND,
    )


@blueprint.post("/analyze")
def analyze_picture() -> Response:
    """The faces of one picture, as boxes that the page draws over the reader's own file. Nothing
    is stored."""
    analysis = find_faces(read_picture(), choose_pack(request.form.get("pack") or None))
    return show("analysis.html", analysis=analysis, name=_read_file_name())


def _read_file_name() -> str:
    return next((file.filename or "" for file in request.files.values()), "")
