"""A browser's session: a cookie that nobody can guess, a row in SQL, and the token of its forms.

Neither the API key nor anything made of it returns to the browser. A session ends when its row is
removed, or when its key is revoked, expires, or is no longer in the settings.
"""

import hmac
from dataclasses import dataclass
from hmac import compare_digest
from secrets import token_urlsafe

from flask import Response, g, request

from api.access.callers import Caller
from api.access.keyring import Keyring
from db.access import logins
from db.access.keys import digest_of
from db.engine import Database

COOKIE = "facetally_session"
# A browser takes this name only over HTTPS, for this host alone.
SECURE_COOKIE = f"__Host-{COOKIE}"
TOKEN_FIELD = "csrf_token"
TOKEN_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A log-in by the holder of a key. `form_token` proves that a form is from us."""

    digest: bytes
    form_token: str
    caller: Caller


def open_session(database: Database, response: Response, api_key: str) -> None:
    """Let the browser that receives `response` return without the API key."""
    secret = token_urlsafe(32)
    with database.write() as session:
        logins.open_session(session, digest_of(secret), digest_of(api_key))
    # A proxy may have decrypted the request.
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        secret,
        int(logins.SESSION_SECONDS),
        secure=secure,
        httponly=True,
        samesite="Strict",
    )


def close_session(database: Database, response: Response) -> None:
    """End the browser's session, and delete its cookie."""
    if (opened := current_session()) is not None:
        with database.write() as session:
            logins.close_session(session, opened.digest)
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, httponly=True, samesite="Strict", secure=name == SECURE_COOKIE)


def find_session(database: Database, keyring: Keyring) -> BrowserSession | None:
    """The session of this request's cookie, if a key opened it that is still valid."""
    secret = request.cookies.get(SECURE_COOKIE) or request.cookies.get(COOKIE)
    if not secret:
        return None
    digest = digest_of(secret)
    with database.read() as session:
        key_digest = logins.read_session(session, digest)
    caller = None if key_digest is None else keyring.find_digest(key_digest)
    if caller is None:
        return None
    return BrowserSession(digest, hmac.digest(secret.encode(), b"form", "sha256").hex(), caller)


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
