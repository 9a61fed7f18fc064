"""`facetally webhooks` on an API over HTTP."""

import json

import pytest

from tests.support.answers.http import OpenClient
from tests.support.programs.cli import call_facetally
from tests.support.servers.served import serve_app


def test_a_webhook_is_created_tested_and_removed(
    open_client: OpenClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serve_app(open_client().application) as url:

        def call(*words: str) -> tuple[int, str, str]:
            called = call_facetally(capsys, monkeypatch, "webhooks", *words, url=url)
            return called.returncode, called.stdout, called.stderr

        status, secret, told = call("create", "https://example.com/hook", "--event", "job.failed")
        assert (status, secret.startswith("whsec_")) == (0, True)
        assert "not shown again" in told
        assert "job.failed" in call("list")[1]
        assert json.loads(call("list", "--json")[1])[0]["events"] == ["job.failed"]
        assert call("test", "1")[0] == 0
        assert "webhook.test" in call("messages", "1")[1]
        assert json.loads(call("messages", "1", "--json")[1])[0]["state"] == "waiting"
        assert call("resend", "1")[0] == 0
        assert call("remove", "1")[0] == 0
        status, _, told = call("remove", "1")
        assert (status, "no webhook 1" in told) == (1, True)
