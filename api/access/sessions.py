"""A browser's session: a cookie that nobody can guess, a row in SQL, and the token of its forms.

Neither the API key nor anything made of it returns to the browser. A session ends when its row is
removed, or when its key is revoked, expires, or is no longer in the settings. That of a person who
logged in at an OpenID provider ends after some hours, or when the settings name another provider.
"""

import hmac
from dataclasses import dataclass
from hmac import compare_digest
from secrets import token_urlsafe

from flask import Response, g, request

from api.access.callers import Caller
from api.access.keyring import Keyring
from db.access import logins
from db.access.key_values import Person
from db.access.keys import digest_of
from db.engine import Database

COOKIE = "facetally_session"
# A browser takes this name only over HTTPS, for this host alone.
SECURE_COOKIE = f"__Host-{COOKIE}"
TOKEN_FIELD = "csrf_token"
TOKEN_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A log-in by the holder of a key, or by a person. `form_token` proves that a form is from
    us."""

    digest: bytes
    form_token: str
    caller: Caller
    is_of_person: bool


def open_session(
    database: Database,
    response: Response,
    holder: str | Person,
    seconds: float = logins.SESSION_SECONDS,
) -> None:
    """Let the browser that receives `response` return without the API key of its holder, or without
    asking the provider of a person."""
    secret = token_urlsafe(32)
    known = holder if isinstance(holder, Person) else digest_of(holder)
    with database.write() as session:
        logins.open_session(session, digest_of(secret), known, seconds)
    secure = request.is_secure
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        secret,
        int(seconds),
        secure=secure,
        httponly=True,
        samesite="Strict",
    )


def own_address(path: str) -> str:
    """The address of a page of this server, as the reader's browser knows it."""
    return f"{request.scheme}://{request.host}{path}"


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
        holder = logins.read_session(session, digest)
    caller = None if holder is None else keyring.find_holder(holder)
    if caller is None:
        return None
    form_token = hmac.digest(secret.encode(), b"form", "sha256").hex()
    return BrowserSession(digest, form_token, caller, isinstance(holder, Person))


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
