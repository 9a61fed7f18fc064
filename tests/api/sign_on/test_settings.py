"""A server with a provider, or without one, by its settings."""

import pytest
from flask.testing import FlaskClient

from api.access.guard import OpenToNetwork, refuse_open_network
from tests.support.answers.pages import PAGE
from worker.settings import Settings, SettingsError


def test_without_a_provider_there_is_no_way(client: FlaskClient) -> None:
    for path in ("/login/provider", "/login/answer?code=a&state=b"):
        assert client.get(path, headers=PAGE).status_code == 404


def test_a_provider_is_enough_to_answer_on_a_network(settings: Settings) -> None:
    open_host = settings.model_copy(update={"host": "0.0.0.0"})
    with pytest.raises(OpenToNetwork, match="FACETALLY_OIDC_ISSUER"):
        refuse_open_network(open_host)
    refuse_open_network(open_host.model_copy(update={"oidc_issuer": "https://id.example"}))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"ISSUER": "http://id.example"}, "must begin with https"),
        ({"CLIENT_ID": ""}, "register this server there"),
        ({"GROUPS": ""}, "nobody may log in"),
        ({"GROUPS": "staff"}, "is not a group with scopes"),
        ({"GROUPS": "staff=read+write"}, "is not a group with scopes"),
        ({"TENANT": "Not A Tenant"}, "pattern"),
    ],
)
def test_settings_that_let_nobody_in_are_refused(changes: dict[str, str], problem: str) -> None:
    usual = {"ISSUER": "https://id.example", "CLIENT_ID": "a", "GROUPS": "staff=submit+read"}
    environ = {f"FACETALLY_OIDC_{name}": value for name, value in {**usual, **changes}.items()}
    with pytest.raises(SettingsError, match=problem):
        Settings.from_env(environ)
