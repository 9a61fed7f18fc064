"""Log in with a key, once: the browser then has a session instead of it."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from api.access import comes_from_elsewhere, is_key
from api.pages.rendering import show
from api.services import services
from api.sessions import close_session, open_session

blueprint = Blueprint("login_page", __name__)


@blueprint.get("/login")
def show_page() -> Response:
    """Ask for a key, where this server has any."""
    if not services().settings.api_keys:
        return _redirect("/")
    return show("login.html", refused=False, target=_target())


@blueprint.post("/login")
def log_in() -> Response:
    """Open a session, and go on to where the reader was going."""
    keys, given = services().settings.api_keys, request.form.get("key", "")
    if comes_from_elsewhere(request.headers) or not is_key(given, keys):
        return show("login.html", HTTPStatus.UNAUTHORIZED, refused=True, target=_target())
    response = _redirect(_target())
    open_session(response, given.strip())
    return response


@blueprint.post("/logout")
def log_out() -> Response:
    """Let go of the session."""
    response = _redirect("/login")
    close_session(response)
    return response


def _target() -> str:
    """Where to go from here: an address of this server, whatever the link says."""
    target = request.values.get("next", "/")
    ours = target.startswith("/") and not target.startswith("//") and target.isprintable()
    return target if ours and "\\" not in target else "/"


def _redirect(target: str) -> Response:
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})
