"""`facetally rerun` and `compare`, against an API over HTTP."""

import json
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from flask.testing import FlaskClient

from db.engine import Database
from tests.support.programs.cli import Called, call_facetally
from tests.support.servers.served import serve_app
from tests.support.work.jobs import make_face, submit, work_all
from worker.settings import Settings

Call = Callable[..., Called]


@pytest.fixture
def database(client: FlaskClient, settings: Settings) -> Iterator[Database]:
    opened = Database(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def call(
    client: FlaskClient,
    database: Database,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Call]:
    """Calls a command on an API that has one job of 40 pictures with a face each."""
    submit(database, items=40)
    work_all(database, [make_face(30, 0.9)])
    with serve_app(client.application) as url:
        yield partial(call_facetally, capsys, monkeypatch, url=url)


def test_a_job_is_run_again_and_the_two_are_compared(call: Call, database: Database) -> None:
    again = json.loads(call("rerun", 1, "--tag", "second", "--json").stdout)
    assert (again["id"], again["rerun_of"], again["tags"]) == (2, 1, ["second"])
    work_all(database, [make_face(36, 0.1)])

    shown = call("compare", 1, 2)
    assert shown.returncode == 0
    assert "job 1 (default 1): 40 faces" in shown.stdout
    assert "40 faces found by both in 40 pictures" in shown.stdout
    assert "6.0 years apart, on average +6.0 (+6.0 to +6.0)" in shown.stdout
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert ["female", "100.0%", "0.0%", "-100.0", "*", "-100.0", "to", "-100.0"] in lines
    assert ["35-44", "0.0%", "100.0%", "+100.0", "*", "+100.0", "to", "+100.0"] in lines
    found = json.loads(call("compare", 1, 2, "--bands", "0-17,18-120", "--json").stdout)
    assert found["both_faces"] == 40
    assert [share["name"] for share in found["bands"]] == ["0-17", "18+"]


def test_a_refused_rerun_is_one_line_with_the_packs_there_are(call: Call) -> None:
    refused = call("rerun", 1, "--pack", "nowhere")

    assert refused.returncode == 1
    assert "There is no pack 'nowhere' on this server. Choose one of: default." in refused.stderr
    assert refused.stderr.count("\n") == 1
