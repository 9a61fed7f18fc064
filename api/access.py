"""Who may call: holders of a key; and where no keys are set, programs on this machine, but no web
page.
"""

from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.datastructures import Headers

from api.errors import ApiError
from worker.settings import Settings

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/openapi.json", "/docs"})
OPEN_PREFIX = "/docs/"


class OpenToNetwork(Exception):
    """The API would answer anybody on the network: set FACETALLY_API_KEYS, or bind to 127.0.0.1."""


def guard(app: Flask, settings: Settings) -> None:
    """Check every request before its view."""
    keys = tuple(key.encode() for key in settings.api_keys)

    def check_request() -> None:
        if request.path in OPEN_PATHS or request.path.startswith(OPEN_PREFIX):
            return
        if keys:
            _check_key(keys)
        else:
            _check_is_local(request.headers)

    app.before_request(check_request)


def refuse_open_network(settings: Settings) -> None:
    """Raise OpenToNetwork where no key is asked for on an address that others can reach."""
    if not settings.api_keys and not _is_loopback(settings.host):
        raise OpenToNetwork(
            f"The API would answer anybody who reaches {settings.host}: set FACETALLY_API_KEYS to "
            "one or more keys, separated by commas, or bind to 127.0.0.1."
        )


def _check_key(keys: tuple[bytes, ...]) -> None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    known = [compare_digest(key, given.strip().encode()) for key in keys]
    if scheme.lower() != "bearer" or not any(known):
        raise ApiError(
            HTTPStatus.UNAUTHORIZED, "Send a key of this server: 'Authorization: Bearer KEY'."
        )


def _check_is_local(headers: Headers) -> None:
    """A page of another site reaches a server on this machine by its visitor's browser: it must
    not.
    """
    foreign = headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    if foreign or not _is_loopback(_host_of(headers)):
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            "Without keys this server answers only programs on its own machine, at 127.0.0.1 or "
            "localhost; set FACETALLY_API_KEYS to let others in.",
        )


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
