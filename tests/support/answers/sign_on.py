"""The way of a browser to a provider and back."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.answers.pages import PAGE
from tests.support.servers.openid import ANNA, OpenIdProvider

OpenSignOn = Callable[..., FlaskClient]


def begin(client: FlaskClient, target: str = "/jobs?state=failed") -> str:
    """Where the browser is sent to."""
    answered = client.get("/login/provider", query_string={"next": target}, headers=PAGE)
    assert answered.status_code == 303
    return answered.headers["Location"]


def sign_on(client: FlaskClient, provider: OpenIdProvider, **person: object) -> TestResponse:
    """The way there and back."""
    return client.get(provider.log_in(begin(client), {**ANNA, **person}), headers=PAGE)


def read_problem(answered: TestResponse) -> str:
    found = re.search(r'class="problem"[^>]*>([^<]+)<', answered.text)
    assert found, answered.text
    return found[1]
