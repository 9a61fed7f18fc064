"""What an OpenID provider publishes about itself, and requests to it.

OpenID Connect Discovery 1.0: https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import httpx

from models.errors import FacetallyError
from worker.openid import is_protected

WELL_KNOWN = "/.well-known/openid-configuration"
TIMEOUT_SECONDS = 5.0
# Of authenticating to the token endpoint, the ones that Authlib has, the preferred one first.
METHODS = ("client_secret_basic", "client_secret_post")


class ProviderUnavailable(FacetallyError):
    """The OpenID provider does not answer, or not as one: check FACETALLY_OIDC_ISSUER, or try again
    later."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The addresses of a provider, and how a client with a secret proves to be itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    auth_method: str

    @classmethod
    def parse(cls, issuer: str, document: Mapping[str, object]) -> Self:
        """Raises ProviderUnavailable for a document that is not this provider's, or incomplete."""
        named = document.get("issuer")
        if named != issuer:
            raise ProviderUnavailable(
                f"FACETALLY_OIDC_ISSUER is {issuer}, but what it publishes is of {named!r}. The "
                "two must not differ in a single character."
            )
        methods = document.get("token_endpoint_auth_methods_supported")
        supported = methods if isinstance(methods, list) else METHODS
        return cls(
            issuer=issuer,
            authorization_endpoint=_require(document, "authorization_endpoint"),
            token_endpoint=_require(document, "token_endpoint"),
            jwks_uri=_require(document, "jwks_uri"),
            userinfo_endpoint=_find(document, "userinfo_endpoint"),
            end_session_endpoint=_find(document, "end_session_endpoint"),
            auth_method=next((one for one in METHODS if one in supported), METHODS[0]),
        )


def read_metadata(issuer: str) -> Metadata:
    """Ask a provider for its addresses; raises ProviderUnavailable."""
    address = issuer.rstrip("/") + WELL_KNOWN
    return Metadata.parse(issuer, read_object(httpx.Request("GET", address)))


def read_object(request: httpx.Request) -> Mapping[str, object]:
    """The JSON object that answers a request; raises ProviderUnavailable where another answer
    comes, or none."""
    response = send(request)
    if response.status_code != httpx.codes.OK:
        raise ProviderUnavailable(f"{request.url} answers with status {response.status_code}.")
    return parse_object(response)


def send(request: httpx.Request) -> httpx.Response:
    """The answer of the provider; raises ProviderUnavailable if none comes."""
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
            return client.send(request)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderUnavailable(f"{request.url} does not answer: {error}") from error


def parse_object(response: httpx.Response) -> Mapping[str, object]:
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderUnavailable(f"{response.request.url} answers with something else than JSON.")
    return found


def _require(document: Mapping[str, object], name: str) -> str:
    found = _find(document, name)
    if found is None:
        raise ProviderUnavailable(f"The OpenID provider publishes no {name} with https.")
    return found


def _find(document: Mapping[str, object], name: str) -> str | None:
    found = document.get(name)
    return found if isinstance(found, str) and is_protected(found) else None
