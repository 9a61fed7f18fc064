"""Two runs of the same items, compared."""

from flask import Blueprint, Response

from api.layout.rendering import show
from api.views.reruns import find_comparison
from db.slices.bands import PRESETS

blueprint = Blueprint("comparison_page", __name__)


@blueprint.get("/jobs/<number:job_id>/compare/<number:other_id>")
def show_page(job_id: int, other_id: int) -> Response:
    """What both found, how the shares differ, and how faces of both were classified."""
    found = find_comparison(job_id, other_id, PRESETS["marketing"])
    return show("comparison.html", found=found)
