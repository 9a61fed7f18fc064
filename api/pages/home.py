"""Home: upload pictures and videos, or try one picture."""

from pathlib import Path

from flask import Blueprint, Response, abort, request, send_file

from api.access.callers import current_caller
from api.access.rights import READ
from api.layout.rendering import show
from api.operator_views.packs import read_packs
from api.reports.headline import Headline
from api.schemas.options import MOST_FRAMES_PER_SECOND, OptionsBody
from api.services import services
from api.submissions.packs import choose_pack
from api.views.analyze import find_faces, read_picture
from db.audience.dimensions import read_values
from db.counts.tags import read_tags
from db.jobs.status import read_jobs
from db.processes import count_slots
from db.slices.bands import PRESETS
from db.states import ProcessRole
from db.stop_rules import LEAST_MARGIN, MOST_MARGIN
from models.file_kinds.endings import SUBMITTED_ENDINGS
from models.file_kinds.litter import DELETED_FOLDERS, GENERATED_FOLDERS
from models.statistics.shares import Share
from models.weights.catalog import SAMPLES

blueprint = Blueprint("home_page", __name__)
# What a result looks like, before there is one.
EXAMPLE = Headline(
    faces=845,
    genders={
        "female": Share(0.55, 0.50, 0.60),
        "male": Share(0.43, 0.38, 0.48),
        "unknown": Share(0.02, 0.01, 0.04),
    },
    largest_band="25-34",
)
RECENT_JOBS = 3


@blueprint.get("/")
def show_page() -> Response:
    """The upload form, with the defaults of the API."""
    caller = current_caller()
    reach, may_read = caller.reach, caller.may(READ)
    with services().database.read() as session:
        slots = count_slots(session, ProcessRole.BULK)
        recent = read_jobs(session, reach, limit=RECENT_JOBS) if may_read else []
        tags = [one.tag for one in read_tags(session, reach)] if may_read else []
        dimensions = list(read_values(session, reach, None, None)) if may_read else []
    return show(
        "home.html",
        idle=slots == 0,
        defaults=OptionsBody(),
        endings=SUBMITTED_ENDINGS,
        example=EXAMPLE,
        samples=list(_find_samples()),
        recent=recent,
        tags=[tag for tag in tags if not tag.startswith("run:")],
        dimensions=dimensions,
        litter=sorted(DELETED_FOLDERS | GENERATED_FOLDERS),
        packs=read_packs(),
        most_frames_per_second=MOST_FRAMES_PER_SECOND,
        stop_ages=[band.label for band in PRESETS["marketing"] if "-" in band.label],
        stop_margins=(LEAST_MARGIN, MOST_MARGIN),
        may_link=services().settings.people,
    )


@blueprint.get("/samples/<name>")
def show_sample(name: str) -> Response:
    """A sample photo, which the page then uploads as if the reader had chosen it."""
    path = _find_samples().get(name)
    if path is None:
        abort(404, f"There is no sample {name}.")
    return send_file(path)


def _find_samples() -> dict[str, Path]:
    """The sample photos that lie with the models, by their names."""
    folder = services().settings.weights_dir
    paths = [folder / sample.name for sample in SAMPLES]
    return {path.name: path for path in paths if path.is_file()}


@blueprint.post("/analyze")
def analyze_picture() -> Response:
    """The faces of one picture, as boxes that the page draws over the reader's own file. Nothing
    is stored."""
    analysis = find_faces(read_picture(), choose_pack(request.form.get("pack") or None))
    return show("analysis.html", analysis=analysis, name=_read_file_name())


def _read_file_name() -> str:
    return next((file.filename or "" for file in request.files.values()), "")
