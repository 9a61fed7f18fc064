"""Who may call: clients with an API key, and browsers that logged in with one.

Without API keys, only programs on this machine and pages of this server may call, not other sites.
"""

from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, g, request
from werkzeug.datastructures import Headers

from api.callers import OPERATOR
from api.errors import ApiError
from api.owners import Owners
from api.sessions import carries_token, find_session
from db.engine import Database
from models.errors import FacetallyError
from worker.settings import Settings

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/openapi.json", "/docs", "/login"})
OPEN_PREFIXES = ("/docs/", "/static/")
LONGEST_ADDRESS = 64
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class OpenToNetwork(FacetallyError):
    """The API would answer anybody on the network: set FACETALLY_API_KEYS, or bind to 127.0.0.1."""


def guard(app: Flask, settings: Settings, database: Database, owners: Owners) -> None:
    """Check every request before its view."""

    def check_request() -> None:
        if not settings.api_keys:
            _check_is_local(request.headers)
        elif "Authorization" in request.headers:
            _check_api_key(settings.api_keys)
        else:
            _check_session(database, settings.api_keys)

    def check_unless_open() -> None:
        if request.path not in OPEN_PATHS and not request.path.startswith(OPEN_PREFIXES):
            check_request()
            g.caller = OPERATOR
            owners.check(request.view_args or {})

    app.before_request(check_unless_open)


def refuse_open_network(settings: Settings) -> None:
    """Raises OpenToNetwork if no API keys are set and other machines can reach the host."""
    if not settings.api_keys and not _is_loopback(settings.host):
        raise OpenToNetwork(
            f"The API would answer anyone who can reach {settings.host}. Set FACETALLY_API_KEYS to "
            "one or more keys, separated by commas, or bind to 127.0.0.1."
        )


def is_api_key(given: str, api_keys: tuple[str, ...]) -> bool:
    """Whether this is one of the API keys, compared in constant time."""
    known = [compare_digest(api_key.encode(), given.strip().encode()) for api_key in api_keys]
    return any(known)


def find_address() -> str:
    """Where this request comes from. A proxy at a private address says whose request it passes on;
    anybody else could write what they like."""
    peer = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded[:LONGEST_ADDRESS] if forwarded and _is_private(peer) else peer


def _is_private(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False


def _check_api_key(api_keys: tuple[str, ...]) -> None:
    scheme, _, given = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer" or not is_api_key(given, api_keys):
        raise _unknown()


def _check_session(database: Database, api_keys: tuple[str, ...]) -> None:
    g.session = find_session(database, api_keys)
    if g.session is None:
        raise _unknown()
    if request.method not in SAFE_METHODS and not carries_token(g.session):
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            "This page has expired or does not belong to this server. Reload it and try again.",
        )


def _unknown() -> ApiError:
    return ApiError(
        HTTPStatus.UNAUTHORIZED, "Send an API key of this server: 'Authorization: Bearer KEY'."
    )


def _check_is_local(headers: Headers) -> None:
    """Raises ApiError for a call from another site, which a visitor's browser would carry here."""
    if comes_from_elsewhere(headers) or not _is_loopback(_host_of(headers)):
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
