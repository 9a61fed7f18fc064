"""What a reader sees where something went wrong: what it was, and what to do."""

from http import HTTPStatus
from urllib.parse import quote

from flask import Response, request

from api.pages.rendering import asks_for_part, show, wants_page


def show_error(status: int, code: str, message: str) -> Response | None:
    """An error as a page, or None if the client is a program. An unknown visitor is sent to log in,
    and then back."""
    if not wants_page():
        return None
    if status == HTTPStatus.UNAUTHORIZED:
        return _send_to_login()
    return show("error.html", status, status_code=int(status), code=code, message=message)


def _send_to_login() -> Response:
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    address = "/login?next=" + quote(target, safe="/")
    if asks_for_part():
        # A part cannot be logged in: the whole page goes.
        return Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": "/login"})
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})
