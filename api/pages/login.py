"""Log in with an API key once; after that the browser has a session."""

import logging
from http import HTTPStatus
from math import ceil

from flask import Blueprint, Response, request

from api.access.callers import Caller
from api.access.guard import comes_from_elsewhere, find_address
from api.access.sessions import close_session, open_session
from api.errors import ApiError
from api.layout.rendering import show
from api.services import services
from db.access.audit import record_entry
from db.access.audit_values import Action, NewEntry
from db.access.logins import forget_failures, note_failure, read_pause_seconds
from db.engine import Database

logger = logging.getLogger(__name__)

blueprint = Blueprint("login_page", __name__)
# Anybody may send this form: it is read before the key is known.
MOST_BYTES = 4096


@blueprint.get("/login")
def show_page() -> Response:
    """Ask for an API key, if this server has any."""
    if services().keyring.is_empty():
        return _redirect("/")
    return show("login.html", refused=False, target=_read_target())


@blueprint.post("/login")
def log_in() -> Response:
    """Open a session and continue to the page that the reader wanted.

    After some failures from one address, it has to wait, longer after each.
    """
    request.max_content_length = MOST_BYTES
    opened, address = services(), find_address()
    _check_pause(opened.database, address)
    given = request.form.get("key", "")
    caller = None if comes_from_elsewhere(request.headers) else opened.keyring.find(given)
    if caller is None:
        _note_failure(opened.database, address)
        return show("login.html", HTTPStatus.UNAUTHORIZED, refused=True, target=_read_target())
    response = _redirect(_read_target())
    open_session(opened.database, response, given.strip())
    with opened.database.write() as session:
        forget_failures(session, address)
        record_entry(session, _describe(caller, address))
    return response


def _describe(caller: Caller, address: str) -> NewEntry:
    return NewEntry(
        tenant=caller.reach.home,
        caller=caller.name,
        action=Action.LOG_IN,
        subject="",
        route="login_page.log_in",
        address=address,
        key_id=caller.key_id,
    )


def _check_pause(database: Database, address: str) -> None:
    with database.read() as session:
        seconds = read_pause_seconds(session, address)
    if seconds > 0:
        problem = f"Too many attempts to log in. Try again in {ceil(seconds)} seconds."
        raise ApiError(HTTPStatus.TOO_MANY_REQUESTS, problem, retry_after_seconds=ceil(seconds))


def _note_failure(database: Database, address: str) -> None:
    logger.warning("log-in refused", extra={"address": address})
    with database.write() as session:
        note_failure(session, address)


@blueprint.post("/logout")
def log_out() -> Response:
    """Close the session."""
    response = _redirect("/login")
    close_session(services().database, response)
    return response


def _read_target() -> str:
    """The page to continue to. Only paths of this server, so that no link can lead elsewhere."""
    target = request.values.get("next", "/")
    ours = target.startswith("/") and not target.startswith("//") and target.isprintable()
    return target if ours and "\\" not in target else "/"


def _redirect(target: str) -> Response:
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})
