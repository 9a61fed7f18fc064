"""Live: faces in the browser's camera and in the server's cameras."""

from flask import Blueprint, Response

from api.pages.rendering import show
from api.services import services
from worker.live_sources import LiveSource

blueprint = Blueprint("live_page", __name__)


@blueprint.get("/live")
def show_page() -> Response:
    """The page; its scripts use the public API."""
    entries = services().settings.live_sources
    return show("live.html", sources=[LiveSource.parse(entry).name for entry in entries])
