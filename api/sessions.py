"""A browser's session: a cookie signed with the API key that opened it, and the token of its forms.

The API key itself never returns to the browser. Removing one from the settings ends its sessions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hmac import compare_digest
from secrets import token_urlsafe

from flask import Response, g, request
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

COOKIE = "facetally_session"
LASTS_SECONDS = 14 * 24 * 3600
TOKEN_FIELD = "csrf_token"
TOKEN_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A login, under a number nobody can guess. `form_token` proves that a form is from us."""

    number: str
    form_token: str


def open_session(response: Response, api_key: str) -> None:
    """Let the browser that receives `response` return without the API key."""
    cookie = _signer(api_key).dumps(token_urlsafe(16))
    # A proxy may have decrypted the request.
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
    response.set_cookie(
        COOKIE, cookie, LASTS_SECONDS, secure=secure, httponly=True, samesite="Strict"
    )


def close_session(response: Response) -> None:
    """Delete the browser's cookie."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Strict")


def find_session(api_keys: Iterable[str]) -> BrowserSession | None:
    """The session of this request's cookie, if one of `api_keys` opened it."""
    cookie = request.cookies.get(COOKIE, "")
    for api_key in api_keys:
        try:
            number = str(_signer(api_key).loads(cookie, max_age=LASTS_SECONDS))
        except BadData:
            continue
        return BrowserSession(number, _form_token(api_key, number))
    return None


def carries_token(session: BrowserSession) -> bool:
    """Whether a header or form field of this request proves that it is from one of our pages."""
    given = request.headers.get(TOKEN_HEADER, "")
    if not given and request.mimetype == "application/x-www-form-urlencoded":
        given = request.form.get(TOKEN_FIELD, "")
    return compare_digest(given.encode(), session.form_token.encode())


def current_session() -> BrowserSession | None:
    """The session that authorized this request, if one did."""
    session = g.get("session")
    return session if isinstance(session, BrowserSession) else None


def _signer(api_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(api_key, salt="facetally.session")


def _form_token(api_key: str, number: str) -> str:
    return str(URLSafeSerializer(api_key, salt="facetally.form").dumps(number))
