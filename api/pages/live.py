"""Live: faces in the browser's camera and in the server's cameras."""

from flask import Blueprint, Response

from api.access.callers import current_caller
from api.layout.rendering import show
from api.services import services
from worker.addresses.live_sources import LiveSource

blueprint = Blueprint("live_page", __name__)


@blueprint.get("/live")
def show_page() -> Response:
    """The page; its scripts use the public API."""
    reach = current_caller().reach
    sources = map(LiveSource.parse, services().settings.live_sources)
    names = [source.name for source in sources if reach.includes(source.tenant)]
    return show("live.html", sources=names)
