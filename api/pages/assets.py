"""Style sheets and scripts, under an address that changes with their content: kept for ever."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

blueprint = Blueprint("assets", __name__)
FOLDER = Path(__file__).parent.parent / "static"
ONE_YEAR_SECONDS = 365 * 24 * 3600


@blueprint.get("/static/<digest>/<path:name>")
def show_asset(digest: str, name: str) -> Response:
    """One file; whatever digest a page of an earlier version asks for, there is only this one."""
    response = send_from_directory(FOLDER, name, max_age=ONE_YEAR_SECONDS)
    response.cache_control.immutable = digest == _digest_all()
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def locate_asset(name: str) -> str:
    """The address of a file; scripts find each other beside themselves."""
    return f"/static/{_digest_all()}/{name}"


@cache
def _digest_all() -> str:
    digest = sha256()
    for path in sorted(FOLDER.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
