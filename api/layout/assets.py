"""Style sheets and scripts. Addresses contain a digest, so browsers may cache them for a year."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

blueprint = Blueprint("assets", __name__)
FOLDER = Path(__file__).parent.parent / "static"
ONE_YEAR_SECONDS = 365 * 24 * 3600


@blueprint.get("/static/<digest>/<path:name>")
def show_asset(digest: str, name: str) -> Response:
    """Send the current file, even if a page of an earlier version asks with an old digest."""
    response = send_from_directory(FOLDER, name, max_age=ONE_YEAR_SECONDS)
    response.cache_control.immutable = digest == _digest_all()
    return response


def locate_asset(name: str) -> str:
    """Return the address of a file. All files share one digest, so that scripts can import each
    other by relative path."""
    return f"/static/{_digest_all()}/{name}"


@cache
def _digest_all() -> str:
    digest = sha256()
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
