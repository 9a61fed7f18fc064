"""Log in with an API key once; after that the browser has a session."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from api.access import comes_from_elsewhere, is_api_key
from api.pages.rendering import show
from api.services import services
from api.sessions import close_session, open_session

blueprint = Blueprint("login_page", __name__)
# Anybody may send this form: it is read before the key is known.
MOST_BYTES = 4096


@blueprint.get("/login")
def show_page() -> Response:
    """Ask for an API key, if this server has any."""
    if not services().settings.api_keys:
        return _redirect("/")
    return show("login.html", refused=False, target=_read_target())


@blueprint.post("/login")
def log_in() -> Response:
    """Open a session and continue to the page that the reader wanted."""
    request.max_content_length = MOST_BYTES
    api_keys, given = services().settings.api_keys, request.form.get("key", "")
    if comes_from_elsewhere(request.headers) or not is_api_key(given, api_keys):
        return show("login.html", HTTPStatus.UNAUTHORIZED, refused=True, target=_read_target())
    response = _redirect(_read_target())
    open_session(response, given.strip())
    return response


@blueprint.post("/logout")
def log_out() -> Response:
    """Close the session."""
    response = _redirect("/login")
    close_session(response)
    return response


def _read_target() -> str:
    """The page to continue to. Only paths of this server, so that no link can lead elsewhere."""
    target = request.values.get("next", "/")
    ours = target.startswith("/") and not target.startswith("//") and target.isprintable()
    return target if ours and "\\" not in target else "/"


def _redirect(target: str) -> Response:
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})
