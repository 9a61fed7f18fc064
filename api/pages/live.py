"""Live: the faces in the browser's own camera, and in those of the server."""

from flask import Blueprint, Response

from api.pages.rendering import show
from api.services import services
from worker.live_sources import LiveSource

blueprint = Blueprint("live_page", __name__)


@blueprint.get("/live")
def show_page() -> Response:
    """Scripts do the rest, by the calls that every client has."""
    entries = services().settings.live_sources
    return show("live.html", sources=[LiveSource.parse(entry).name for entry in entries])
