"""Who may call: clients with an API key, and browsers that logged in with one.

Without API keys, only programs on this machine and pages of this server may call, not other sites.
"""

from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Headers

from api.access.callers import LOCAL, Caller
from api.access.keyring import Keyring
from api.access.limiter import Limiter, add_limits, count_call
from api.access.owners import Owners
from api.access.rights import Right, find_right
from api.access.sessions import carries_token, find_session
from api.access.wrong_keys import WrongKeys
from api.errors import ApiError
from api.origins import find_address
from db.engine import Database
from models.errors import FacetallyError
from worker.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class OpenToNetwork(FacetallyError):
    """The API would answer anyone on the network: set FACETALLY_API_KEYS, or bind to 127.0.0.1."""


def guard(
    app: Flask,
    database: Database,
    keyring: Keyring,
    wrong_keys: WrongKeys,
    owners: Owners,
    limiter: Limiter,
) -> None:
    """Check every request before its view."""

    def check_request() -> None:
        right = find_right(request.endpoint)
        if right.is_open:
            return
        caller = _find_caller(database, keyring, wrong_keys)
        g.caller = caller
        _check_right(caller, right)
        count_call(limiter, caller, right)
        owners.check(request.view_args or {})
        keyring.note_use(caller)

    app.before_request(check_request)
    app.after_request(add_limits)


def refuse_open_network(settings: Settings) -> None:
    """Raises OpenToNetwork if nobody needs a key and other machines can reach the host."""
    if settings.api_keys or settings.oidc_issuer or _is_loopback(settings.host):
        return
    database = Database(settings.database_url)
    try:
        is_open = Keyring(database, ()).is_empty()
    except SQLAlchemyError:
        # Without its tables it starts nothing.
        is_open = True
    finally:
        database.close()
    if is_open:
        raise OpenToNetwork(
            f"The API would answer anyone who can reach {settings.host}. Set FACETALLY_API_KEYS to "
            "one or more keys, separated by commas, or FACETALLY_OIDC_ISSUER to the address of an "
            "OpenID provider, or bind to 127.0.0.1."
        )


def _find_caller(database: Database, keyring: Keyring, wrong_keys: WrongKeys) -> Caller:
    """Who sends this request; raises ApiError where nobody knows."""
    if "Authorization" in request.headers and not keyring.is_empty():
        return _find_by_key(keyring, wrong_keys)
    if keyring.is_empty():
        _check_is_local(request.headers)
        return LOCAL
    return _find_by_session(database, keyring)


def _find_by_key(keyring: Keyring, wrong_keys: WrongKeys) -> Caller:
    scheme, _, given = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer":
        raise _unknown()
    caller = keyring.find_known(given) or wrong_keys.look_up(lambda: keyring.find(given))
    if caller is None:
        raise _unknown()
    return caller


def _find_by_session(database: Database, keyring: Keyring) -> Caller:
    g.session = find_session(database, keyring)
    if g.session is None:
        raise _unknown()
    if request.method not in SAFE_METHODS and not carries_token(g.session):
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            "This page has expired or does not belong to this server. Reload it and try again.",
        )
    caller: Caller = g.session.caller
    return caller


def _check_right(caller: Caller, right: Right) -> None:
    """Raises ApiError for a caller whose key is not for this."""
    if caller.may(right):
        return
    if right.of_operators and caller.reach.tenant is not None:
        sentence = "This concerns all tenants, and your key is for one. Ask an operator."
    else:
        sentence = (
            f"This needs a key with the scope {right.scope}, and yours has "
            f"{' and '.join(sorted(caller.scopes))}. Ask an administrator for one."
        )
    raise ApiError(HTTPStatus.FORBIDDEN, sentence, "missing_scope")


def _unknown() -> ApiError:
    return ApiError(
        HTTPStatus.UNAUTHORIZED, "Send an API key of this server: 'Authorization: Bearer KEY'."
    )


def _check_is_local(headers: Headers) -> None:
    """Raises ApiError for a call from another site, which a visitor's browser would carry here."""
    is_here = _is_loopback(_host_of(headers)) and _is_loopback(find_address())
    if comes_from_elsewhere(headers) or not is_here:
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            "Without API keys this server answers only programs on its own machine, at 127.0.0.1 "
            "or localhost. Set FACETALLY_API_KEYS to allow other callers.",
        )


def comes_from_elsewhere(headers: Headers) -> bool:
    """Whether a page of another site made its visitor's browser send this request."""
    if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return True
    # Older browsers lack that header, but send Origin with every request that changes something.
    origin = headers.get("Origin")
    return origin is not None and origin.partition("://")[2] != headers.get("Host")


def _host_of(headers: Headers) -> str:
    try:
        return urlsplit(f"//{headers.get('Host', '')}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
