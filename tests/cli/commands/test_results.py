"""`facetally results` and `audience` as files, from an API over HTTP."""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyarrow import parquet

from db.engine import Database
from tests.support.programs.cli import Called, call_facetally
from tests.support.servers.served import serve_app
from tests.support.work.jobs import make_face, submit, work_all
from worker.settings import Settings

Call = Callable[..., Called]


@pytest.fixture
def call(
    client: FlaskClient,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Call]:
    """Calls a command on an API that has one job of four pictures with two faces each."""
    database = Database(settings.database_url)
    submit(database)
    work_all(database, (make_face(female=0.9), make_face(female=0.1)))
    database.close()
    with serve_app(client.application) as url:
        yield partial(call_facetally, capsys, monkeypatch, url=url)


def test_results_are_saved_in_every_format_under_the_same_filter(
    call: Call, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for form in ("ndjson", "json", "csv", "parquet", "coco", "label-studio", "cvat"):
        words = ("--gender", "female", "--format", form, "--out", out / form)
        assert call("results", 1, *words).returncode == 0
    assert len((out / "ndjson").read_text().splitlines()) == 4
    assert len(json.loads((out / "json").read_text())) == 4
    assert len((out / "csv").read_text().splitlines()) == 1 + 4
    assert parquet.read_table(out / "parquet")["gender"].to_pylist() == ["female"] * 4
    assert len(json.loads((out / "coco").read_text())["annotations"]) == 4
    assert len(json.loads((out / "label-studio").read_text())) == 4
    assert (out / "cvat").read_text().count("<box ") == 4
    assert len(list(out.iterdir())) == 7


def test_results_of_several_jobs_are_one_table(call: Call) -> None:
    printed = call("results", 1, 1, "--format", "csv").stdout.splitlines()
    assert printed[0].startswith("job,item,name,")
    assert len(printed) == 1 + 8
    assert len(call("results", 1, 1).stdout.splitlines()) == 4
    assert call("results", "--tag", "none").returncode == 1


@pytest.mark.parametrize("words", [(), ("1", "--tag", "a"), ("1", "2", "--format", "coco")])
def test_no_jobs_and_other_formats_of_several_are_refused(
    call: Call, words: tuple[str, ...]
) -> None:
    assert call("results", *words).returncode == 2


def test_the_audience_is_printed_and_saved_as_a_table(call: Call, tmp_path: Path) -> None:
    words = ("audience", "--by", "gender", "--format")
    lines = call(*words, "csv").stdout.splitlines()
    assert call(*words, "parquet", "--out", tmp_path / "a").returncode == 0
    assert lines[0].startswith("dimensions,period,gender,age_band,faces,share,share_low,")
    assert lines[1].startswith(",,female,,4,0.5,0.1938,0.8062,0.5,")
    assert parquet.read_table(tmp_path / "a")["faces"].to_pylist() == [4, 4, 0]


def test_two_audiences_are_printed_side_by_side(call: Call) -> None:
    printed = call("audience", "--by", "gender", "--versus", "pose=frontal", "--job", "1").stdout
    assert "female" in printed
    assert "+0.0" in printed
    assert "Intervals cover the sampling error" in printed


@pytest.mark.parametrize("words", [("--out", "a.csv"), ("--json", "--format", "csv")])
def test_options_of_the_audience_that_contradict_each_other_are_refused(
    call: Call, words: tuple[str, ...]
) -> None:
    assert call("audience", *words).returncode == 2


def test_an_error_leaves_an_existing_file_unchanged(call: Call, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    out.write_text("of yesterday")
    assert call("results", 99, "--format", "csv", "--out", out).returncode == 1
    assert out.read_text() == "of yesterday"
    assert list(tmp_path.glob(".*")) == []


def test_a_pipe_is_written_to_not_replaced(call: Call, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as threads:
        lines = threads.submit(lambda: pipe.read_text().splitlines())
        assert call("results", 1, "--out", pipe).returncode == 0
    assert len(lines.result()) == 4
    assert pipe.is_fifo()
