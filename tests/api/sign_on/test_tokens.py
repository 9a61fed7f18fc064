"""A token counts only for the log-in that it was made for."""

import base64
import hmac
import json
import time

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from api.sign_on.refusals import SignOnRefused, UnknownKey
from api.sign_on.tokens import LEEWAY_SECONDS, verify
from tests.support.servers.openid import CLIENT, make_key

ISSUER = "https://id.example"


def sign(key: RSAKey, changes: dict[str, object]) -> str:
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": "n", "sub": "7"}
    claims = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def check(token: str, *keys: RSAKey) -> object:
    return verify(
        token, KeySet(list(keys)), issuer=ISSUER, client_id=CLIENT, nonce="n", access_token="a"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": [CLIENT]},
        {"aud": [CLIENT, "another"], "azp": CLIENT},
        {"groups": ["a long name of a group"] * 500},
    ],
)
def test_a_token_for_this_log_in_is_taken(key: RSAKey, changes: dict[str, object]) -> None:
    assert check(sign(key, changes), key)["sub"] == "7"


def test_the_clocks_of_two_servers_may_differ(key: RSAKey) -> None:
    # A machine that stands still for half a minute is not what is tested.
    just_ended = int(time.time()) - LEEWAY_SECONDS // 2
    assert check(sign(key, {"exp": just_ended}), key)["sub"] == "7"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"nonce": "of another log-in"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "another"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [CLIENT, "another"]}, "azp"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "azp"),
        ({"iss": "https://other.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "exp"),
        ({"iat": 4_000_000_000}, "in the future"),
        ({"sub": None}, "sub"),
        ({"sub": 7}, "sub"),
        ({"at_hash": "of another token"}, "at_hash"),
    ],
)
def test_any_other_token_is_refused(key: RSAKey, changes: dict[str, object], problem: str) -> None:
    with pytest.raises(SignOnRefused, match=problem):
        check(sign(key, changes), key)


def test_a_token_signed_with_another_key_is_refused(key: RSAKey) -> None:
    with pytest.raises(SignOnRefused, match="not valid"):
        check(sign(make_key("first"), {}), key)
    with pytest.raises(UnknownKey):
        check(sign(make_key("second"), {}), key)
    for broken in ("", "a.b.c", sign(key, {})[:-9]):
        with pytest.raises(SignOnRefused, match="not valid"):
            check(broken, key)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "EdDSA"])
def test_a_token_that_is_not_signed_with_a_key_of_the_provider_is_refused(
    key: RSAKey, algorithm: str
) -> None:
    """Such as with its public key as the secret, which everybody has."""
    header = encode(json.dumps({"alg": algorithm, "kid": "first"}).encode())
    content = f"{header}.{sign(key, {}).split('.')[1]}"
    signature = hmac.digest(key.as_pem(private=False), content.encode(), "sha256")
    for end in ("", encode(signature)):
        with pytest.raises(SignOnRefused, match="not valid"):
            check(f"{content}.{end}", key)


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
