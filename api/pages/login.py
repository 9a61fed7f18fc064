"""Log in with an API key once; after that the browser has a session."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from api.access.guard import comes_from_elsewhere
from api.access.log_ins import LogIn, check_pause, note_log_in, note_refusal
from api.access.sessions import close_session, current_session, open_session, own_address
from api.layout.rendering import show
from api.origins import find_address
from api.services import services

blueprint = Blueprint("login_page", __name__)
# Anyone may send this form: it is read before the key is known.
MOST_BYTES = 4096
LONGEST_TARGET = 1000


@blueprint.get("/login")
def show_page() -> Response:
    """Ask for an API key or for a log-in at the provider, if this server has any."""
    if services().keyring.is_empty():
        return redirect("/")
    return show_login()


@blueprint.post("/login")
def log_in() -> Response:
    """Open a session and continue to the page that the reader wanted.

    After some failures it takes a while until the next attempt counts, longer after each.
    """
    request.max_content_length = MOST_BYTES
    opened = services()
    given = request.form.get("key", "").strip()
    attempt = LogIn(find_address(), "login_page.log_in", given)
    check_pause(opened.database, attempt)
    caller = None if comes_from_elsewhere(request.headers) else opened.keyring.find(given)
    if caller is None:
        note_refusal(opened.database, attempt, "unknown key")
        return show_login(HTTPStatus.UNAUTHORIZED, "login.refused")
    response = redirect(read_target())
    open_session(opened.database, response, given)
    note_log_in(opened.database, attempt, caller)
    return response


@blueprint.post("/logout")
def log_out() -> Response:
    """Close the session; whoever logged in at the provider learns that this goes on there."""
    session = current_session()
    response = redirect("/login?left=provider" if session and session.is_of_person else "/login")
    close_session(services().database, response)
    return response


def show_login(
    status: int = HTTPStatus.OK, refused: str = "", reason: str = "", target: str | None = None
) -> Response:
    """The page to log in. `refused` is the text that says why it is shown again, or `reason` says
    it."""
    opened = services()
    provider = opened.provider
    left = provider if request.args.get("left") == "provider" else None
    return show(
        "login.html",
        status,
        refused=refused,
        reason=reason,
        target=read_target() if target is None else target,
        provider="" if provider is None else provider.name,
        has_keys=opened.keyring.has_keys(),
        left=left is not None,
        leaving=left.make_leaving_address(own_address("/login")) if left else None,
    )


def read_target() -> str:
    """The page to continue to. Only paths of this server, so that no link can lead elsewhere."""
    return clean_target(request.values.get("next", "/"))


def clean_target(target: str) -> str:
    """The same path, if it is one of this server, and fits into a cookie."""
    ours = target.startswith("/") and not target.startswith("//") and target.isprintable()
    return target if ours and "\\" not in target and len(target) <= LONGEST_TARGET else "/"


def redirect(target: str) -> Response:
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})
