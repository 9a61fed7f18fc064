"""Who someone is, by a token that the provider has signed.

OpenID Connect Core 1.0, 3.1.3.7: https://openid.net/specs/openid-connect-core-1_0.html
"""

from collections.abc import Mapping

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from api.sign_on.refusals import SignOnRefused, UnknownKey

# Signatures with the provider's own key. `none` and those with the client's secret are not among
# them: https://datatracker.ietf.org/doc/html/rfc8725#section-3.1
ALGORITHMS = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
    "Ed25519",
)
# The clocks of two servers differ.
LEEWAY_SECONDS = 60


def verify(
    token: str, keys: KeySet, *, issuer: str, client_id: str, nonce: str, access_token: str
) -> Mapping[str, object]:
    """The claims of an ID token, if this issuer made it for this client and this log-in; raises
    SignOnRefused otherwise, or UnknownKey if none of these keys has the name of its own."""
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        decoded = jwt.decode(token, keys, registry=registry)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"values": [issuer]}, "aud": {"values": [client_id]}},
            {"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(leeway=LEEWAY_SECONDS)
    except InvalidKeyIdError as error:
        raise UnknownKey("The token of the provider is signed with a key unknown here.") from error
    except (JoseError, ValueError) as error:
        raise SignOnRefused(f"The token of the provider is not valid: {error}.") from error
    return dict(claims)
