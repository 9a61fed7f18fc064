"""`facetally playlists` on an API over HTTP."""

import json
from pathlib import Path

import pytest

from tests.support.answers.http import OpenClient
from tests.support.programs.cli import call_facetally
from tests.support.servers.served import serve_app
from tests.support.work.access import services_of
from tests.support.work.jobs import make_face
from tests.support.work.playlists import film, stay, take_photos

WOMAN, MAN = make_face(30, 0.95), make_face(50, 0.05)
ROWS = (
    "start,end,content\n"
    "2026-07-01T12:00:00,2026-07-01T12:00:10,Winter\n"
    "2026-07-01T12:00:10,2026-07-01T12:00:20,Summer\n"
)


def test_a_playlist_is_added_shown_and_removed(
    open_client: OpenClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    client = open_client(min_cell=1)
    database = services_of(client).database
    film(database, (WOMAN, stay(8, 15)), (MAN, stay(1, 9)))
    take_photos(database, (1, [MAN]))
    july = tmp_path / "july.csv"
    july.write_text(ROWS)
    with serve_app(client.application) as url:

        def call(*words: object) -> tuple[int, str, str]:
            called = call_facetally(capsys, monkeypatch, "playlists", *map(str, words), url=url)
            return called.returncode, called.stdout, called.stderr

        status, _, told = call("add", july, "--job", 1)
        assert (status, "Playlist 1, july: 2 spots of 2 contents" in told) == (0, True)
        assert call("add", july, "--job", 1)[0] == 1
        assert call("add", july, "--job", 1, "--tag", "spring")[0] == 2
        july.write_text(ROWS + "2026-07-01T12:00:00,x,Autumn\n,,Autumn\n")
        status, _, told = call("add", july, "--job", 1, "--replace")
        assert (status, "line 4: end: 'x' is not a time" in told) == (1, True)
        assert "line 5: it has no start and no end" in told
        [listed] = json.loads(call("list", "--json")[1])
        assert (listed["name"], listed["contents"]) == ("july", ["Winter", "Summer"])
        assert "job 1" in call("list")[1]
        head, first, second, *rest = call("show", "july")[1].splitlines()
        assert ("Winter" in first, "Summer" in second, "seconds" in head) == (True, True, True)
        assert rest[-1].startswith("2 saw any of it; 0 were there and saw none")
        assert "Shares are of all rows." in rest[-1]
        nobody = call("show", 1, "--gender", "male", "--age", "0-17")[1]
        assert nobody.startswith("None of these people saw any of it.")
        _, first, *_ = call("show", 1, "--gender", "female", "--age", "0-34")[1].splitlines()
        assert first.split()[:5] == ["Summer", "1", "female", "0-34", "1"]
        assert call("show", "july", "--by", "gender", "--format", "csv")[1].count("\n") == 7
        july.write_text(ROWS)
        assert call("add", july, "--name", "photos", "--job", 2)[0] == 0
        head, first, *_ = call("show", "photos")[1].splitlines()
        assert ("seconds" in head, first.split()[:4]) == (False, ["Winter", "1", "all", "all"])
        assert call("remove", "july")[0] == 0
        status, _, told = call("show", "july")
        assert (status, "There are: photos" in told) == (2, True)
