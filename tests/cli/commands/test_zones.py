"""`facetally zones` on an API over HTTP."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from models.face import Box
from tests.support.answers.http import OpenClient
from tests.support.programs.cli import call_facetally
from tests.support.servers.served import serve_app
from tests.support.work.access import services_of
from tests.support.work.jobs import make_face
from tests.support.work.playlists import take_photos


def test_who_was_in_which_part(
    open_client: OpenClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    client = open_client(min_cell=1, live_sources=("hall=/videos/hall.mp4",))
    corner = replace(make_face(30, 0.95), box=Box(0, 0, 100, 100))
    take_photos(services_of(client).database, (1, [corner, corner]))
    file = tmp_path / "zones.json"
    file.write_text(json.dumps([{"name": "door", "points": [[0, 0], [0.5, 0], [0, 0.5]]}]))
    with serve_app(client.application) as url:

        def call(*words: object) -> tuple[int, str, str]:
            called = call_facetally(capsys, monkeypatch, "zones", *map(str, words), url=url)
            return called.returncode, called.stdout, called.stderr

        _, first, *rest = call("count", 1, file)[1].splitlines()
        assert first.split()[:4] == ["door", "female", "all", "2"]
        assert "2 were in any zone; 0 were in none" in " ".join(rest)
        assert json.loads(call("count", 1, file, "--json")[1])["crossings"][0]["zone"] == "door"
        assert "1 zone kept" in call("keep", file, "--job", 1)[2]
        assert "door" in call("show", 1)[1]
        assert call("keep", file)[0] == 2
        assert "1 zone kept" in call("keep", file, "--source", "hall")[2]
        assert call("list")[1].splitlines()[1].split() == ["hall", "door", "3"]
        file.write_text("door")
        assert call("count", 1, file)[0] == 1
        file.write_text(json.dumps([{"name": "door", "points": [[0, 0], [2, 0], [0, 1]]}]))
        status, _, told = call("keep", file, "--source", "hall")
        assert (status, "outside of the picture" in told) == (1, True)
