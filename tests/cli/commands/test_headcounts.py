"""`facetally headcounts` on an API over HTTP."""

import json

import pytest

from tests.support.answers.http import OpenClient
from tests.support.programs.cli import call_facetally
from tests.support.servers.served import serve_app


def test_a_headcount_is_started_listed_and_stopped(
    open_client: OpenClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = ("acme/door=rtsp://camera.example/1", "desk=0")
    with serve_app(open_client(live_sources=sources).application) as url:

        def call(*words: str) -> tuple[int, str, str]:
            called = call_facetally(capsys, monkeypatch, "headcounts", *words, url=url)
            return called.returncode, called.stdout, called.stderr

        status, _, told = call("start", "acme/door", "--dimension", "store=Lyon", "--tag", "spring")
        assert (status, "acme/door are counted" in told) == (0, True)
        listed = json.loads(call("list", "--json")[1])
        [found] = listed["headcounts"]
        assert listed["sources"] == ["acme/door", "desk"]
        assert (found["dimensions"], found["tags"]) == ({"store": "Lyon"}, ["spring"])
        assert "starting" in call("list")[1]
        status, _, told = call("start", "acme/door")
        assert (status, "counted already" in told) == (1, True)
        assert call("stop", "acme/door")[0] == 0
        assert call("list")[1].count("not counted") == 2
