"""`facetally keys` on an API over HTTP."""

import json

import pytest

from tests.support.answers.http import OpenClient
from tests.support.programs.cli import call_facetally
from tests.support.servers.served import serve_app
from tests.support.work.access import OPERATOR_KEY


def test_a_key_is_created_listed_and_revoked(
    open_client: OpenClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = open_client(api_keys=(OPERATOR_KEY,)).application
    with serve_app(app) as url:

        def call(*words: str, key: str = OPERATOR_KEY) -> tuple[int, str, str]:
            called = call_facetally(capsys, monkeypatch, *words, url=url, key=key)
            return called.returncode, called.stdout, called.stderr

        status, made, told = call("keys", "create", "kiosk", "--tenant", "acme", "--days", "30")
        assert status == 0
        assert "not shown again" in told
        secret = made.strip()
        assert call("jobs", key=secret)[0] == 0
        status, _, told = call("keys", "list", key=secret)
        assert (status, "scope admin" in told) == (1, True)
        _, listed, _ = call("keys", "list")
        assert "kiosk" in listed
        assert secret not in listed
        _, listed, _ = call("keys", "list", "--json")
        assert json.loads(listed)[0]["scopes"] == ["submit", "read"]
        assert call("keys", "revoke", "1")[0] == 0
        status, _, told = call("jobs", key=secret)
        assert (status, "--key" in told) == (1, True)
