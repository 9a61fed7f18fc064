"""Errors as pages: what went wrong and what to do."""

from http import HTTPStatus
from urllib.parse import quote

from flask import Response, request

from api.layout.rendering import asks_for_part, show, wants_page


def show_error(status: int, code: str, message: str) -> Response | None:
    """Render an error, or return None if the client is a program. Without a session, send the
    reader to log in and then back."""
    if not wants_page():
        return None
    if status == HTTPStatus.UNAUTHORIZED:
        return _send_to_login()
    return show("error.html", status, status_code=int(status), code=code, message=message)


def _send_to_login() -> Response:
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    address = "/login?next=" + quote(target, safe="/")
    if asks_for_part():
        # htmx would put the login form into the page: redirect the whole page instead.
        return Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": "/login"})
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})
