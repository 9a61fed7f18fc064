"""A real provider, which each test may change, and the API with it."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey

from tests.support.answers.http import OpenClient
from tests.support.answers.sign_on import OpenSignOn
from tests.support.servers.openid import CLIENT, SECRET, OpenIdProvider, make_key, providing


@pytest.fixture(scope="session")
def key() -> RSAKey:
    return make_key("first")


@pytest.fixture
def provider(key: RSAKey) -> Iterator[OpenIdProvider]:
    with providing(key) as opened:
        yield opened


@pytest.fixture
def open_sign_on(open_client: OpenClient, provider: OpenIdProvider) -> OpenSignOn:
    """The API with this provider, where groups may do something."""

    def open_one(**changes: object) -> FlaskClient:
        usual = {
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_name": "Example",
            "oidc_groups": ("marketing=submit+read", "/ops/a=b=admin"),
        }
        return open_client(**{**usual, **changes})

    return open_one
