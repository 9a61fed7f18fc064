"""The OpenID provider of the settings: where to log in, and who has."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from urllib.parse import quote_plus

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.sign_on.attempt import Attempt
from api.sign_on.metadata import (
    Metadata,
    ProviderUnavailable,
    parse_object,
    read_metadata,
    read_object,
    send,
)
from api.sign_on.people import Rules, describe_person, find_claim
from api.sign_on.refusals import SignOnRefused, UnknownKey
from api.sign_on.tokens import verify
from db.access.key_values import Person
from worker.openid import parse_groups
from worker.settings import Settings

# Providers change keys and addresses rarely, and announce new keys by tokens that name them.
FRESH_SECONDS = 3600.0
# One that does not answer would hold up a thread for each reader who tries.
AWAY_SECONDS = 10.0
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class _Known:
    """What a provider published at a time of the monotonic clock."""

    read_at: float
    metadata: Metadata
    keys: KeySet


class Provider:
    """Asks one provider; several threads use it. Nothing connects before someone logs in."""

    def __init__(self, settings: Settings) -> None:
        self.issuer = settings.oidc_issuer
        self.name = settings.oidc_name or httpx.URL(self.issuer).host
        self.session_seconds = settings.oidc_session_hours * 3600
        self._client_id = settings.oidc_client_id
        self._client_secret = settings.oidc_client_secret
        self._scope = settings.oidc_request
        self._rules = Rules(
            settings.oidc_groups_claim,
            parse_groups(settings.oidc_groups),
            settings.oidc_tenant,
            settings.oidc_tenant_claim,
        )
        self._known: _Known | None = None
        self._away: tuple[float, str] | None = None
        self._lock = Lock()

    def make_address(self, attempt: Attempt, answer_url: str) -> str:
        """Where a browser logs in, to come back to `answer_url`; raises ProviderUnavailable."""
        return str(
            prepare_grant_uri(
                self._find().metadata.authorization_endpoint,
                client_id=self._client_id,
                response_type="code",
                redirect_uri=answer_url,
                scope=self._scope,
                state=attempt.state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
            )
        )

    def make_leaving_address(self, return_url: str) -> str | None:
        """Where a browser logs out of the provider, too; None where it has no such page."""
        known = self._known
        end = None if known is None else known.metadata.end_session_endpoint
        if end is None:
            return None
        parameters = {"client_id": self._client_id, "post_logout_redirect_uri": return_url}
        return str(httpx.URL(end).copy_merge_params(parameters))

    def identify(self, code: str, attempt: Attempt, answer_url: str) -> Person:
        """Whom the provider gave this code; raises SignOnRefused or ProviderUnavailable."""
        known = self._find()
        tokens = self._redeem(known.metadata, code, attempt, answer_url)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise ProviderUnavailable("The OpenID provider answers without a token.")
        claims = self._verify(known, id_token, access_token, attempt)
        return describe_person(self._complete(known.metadata, claims, access_token), self._rules)

    def _redeem(
        self, metadata: Metadata, code: str, attempt: Attempt, answer_url: str
    ) -> Mapping[str, object]:
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=answer_url, code_verifier=attempt.verifier
        )
        client = self._make_client(metadata)
        address, headers, body = client.prepare("POST", metadata.token_endpoint, dict(FORM), body)
        response = send(httpx.Request("POST", address, headers=headers, content=body))
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ProviderUnavailable(f"{address} answers with status {response.status_code}.")
        answer = parse_object(response)
        if response.status_code != httpx.codes.OK:
            raise SignOnRefused(f"The provider refuses this log-in: {answer.get('error')}.")
        return answer

    def _make_client(self, metadata: Metadata) -> ClientAuth:
        if not self._client_secret:
            return ClientAuth(self._client_id, "", "none")
        parts = (self._client_id, self._client_secret)
        if metadata.auth_method == "client_secret_basic":
            # https://datatracker.ietf.org/doc/html/rfc6749#section-2.3.1
            return ClientAuth(*map(quote_plus, parts), metadata.auth_method)
        return ClientAuth(*parts, metadata.auth_method)

    def _verify(
        self, known: _Known, id_token: str, access_token: str, attempt: Attempt
    ) -> Mapping[str, object]:
        def check(keys: KeySet) -> Mapping[str, object]:
            return verify(
                id_token,
                keys,
                issuer=self.issuer,
                client_id=self._client_id,
                nonce=attempt.nonce,
                access_token=access_token,
            )

        try:
            return check(known.keys)
        except UnknownKey:
            return check(self._find(again=True).keys)

    def _complete(
        self, metadata: Metadata, claims: Mapping[str, object], access_token: str
    ) -> Mapping[str, object]:
        """Some providers tell groups only where they are asked for more about a person."""
        wanted = (self._rules.groups_claim, self._rules.tenant_claim or self._rules.groups_claim)
        has_all = all(find_claim(claims, name) is not None for name in wanted)
        if has_all or metadata.userinfo_endpoint is None:
            return claims
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        more = read_object(httpx.Request("GET", metadata.userinfo_endpoint, headers=headers))
        # https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse
        if more.get("sub") != claims["sub"]:
            raise SignOnRefused("The provider's answers are of two persons. Log in again.")
        return {**more, **claims}

    def _find(self, *, again: bool = False) -> _Known:
        """What the provider publishes, from memory unless `again` or too old."""
        with self._lock:
            now = monotonic()
            if self._away is not None and now - self._away[0] < AWAY_SECONDS:
                raise ProviderUnavailable(self._away[1])
            if again or self._known is None or now - self._known.read_at > FRESH_SECONDS:
                self._known = self._read()
            return self._known

    def _read(self) -> _Known:
        try:
            metadata = read_metadata(self.issuer)
            document = read_object(httpx.Request("GET", metadata.jwks_uri))
            return _Known(monotonic(), metadata, _parse_keys(metadata, document))
        except ProviderUnavailable as error:
            self._away = (monotonic(), str(error))
            raise


def _parse_keys(metadata: Metadata, document: Mapping[str, object]) -> KeySet:
    keys = document.get("keys")
    try:
        return KeySet.import_key_set({"keys": keys if isinstance(keys, list) else []})
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise ProviderUnavailable(f"{metadata.jwks_uri} has no keys: {error}") from error
