"""A small OpenID provider that signs with a key of its own, and takes nothing on trust.

It is written from the specifications, without our own code: OpenID Connect Core 1.0, RFC 6749,
RFC 7636.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.support.servers.web import WebServer, answer

CLIENT = "facetally"
SECRET = "a secret: of the client"
ANNA = {"sub": "248289761001", "email": "anna@example.com", "groups": ["marketing"]}


def make_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


@dataclass
class OpenIdProvider:
    """What it says can be changed: its metadata, its key, and the claims of tokens."""

    web: WebServer
    key: RSAKey
    published: RSAKey
    metadata: dict[str, Any] = field(default_factory=dict)
    # Of a token, beside those of the person; None leaves one out.
    changes: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return self.web.url

    def log_in(self, address: str, person: dict[str, Any] = ANNA) -> str:
        """What the provider does with a browser that comes to `address`: where it sends it."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert address.startswith(f"{self.issuer}/authorize?")
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = (asked, person)
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def publish(self) -> None:
        """Answer with what the metadata are now."""
        pages = self.web.pages
        pages["/.well-known/openid-configuration"] = _json(self.metadata)
        pages["/keys"] = _json({"keys": [self.published.as_dict(private=False)]})
        pages["/token"] = self._redeem
        pages["/more"] = lambda request: _json(self.more)(request)

    def _redeem(self, request: Any) -> None:
        given = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        asked, person = self.codes.pop(given["code"], ({}, {}))
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        is_good = (
            self._is_client(request.headers, given)
            and given["grant_type"] == "authorization_code"
            and asked.get("redirect_uri") == given["redirect_uri"]
            and asked.get("code_challenge") == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        )
        if not is_good:
            _json({"error": "invalid_grant"}, 400)(request)
            return
        token = self._sign(asked["nonce"], person)
        _json({"access_token": "opaque", "token_type": "Bearer", "id_token": token})(request)

    def _is_client(self, headers: Any, given: dict[str, str]) -> bool:
        scheme, _, encoded = headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            return base64.b64decode(encoded).decode() == f"{CLIENT}:a+secret%3A+of+the+client"
        return (given.get("client_id"), given.get("client_secret")) == (CLIENT, SECRET)

    def _sign(self, nonce: str, person: dict[str, Any]) -> str:
        now = int(time.time())
        claims = {
            **{"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce},
            **person,
            **self.changes,
        }
        told = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid}
        return jwt.encode(header, told, self.key)


@contextmanager
def providing(key: RSAKey) -> Iterator[OpenIdProvider]:
    with WebServer() as web:
        provider = OpenIdProvider(web, key, key)
        provider.metadata = {
            "issuer": web.url,
            "authorization_endpoint": f"{web.url}/authorize",
            "token_endpoint": f"{web.url}/token",
            "jwks_uri": f"{web.url}/keys",
            "end_session_endpoint": f"{web.url}/leave",
        }
        provider.publish()
        yield provider


def _json(content: dict[str, Any], status: int = 200) -> Any:
    return answer(status, json.dumps(content).encode(), Content_Type="application/json")
