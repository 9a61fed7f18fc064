"""`facetally packs`: one's own are added after a trial, and removed where no job needs them."""

import json
from contextlib import closing
from functools import partial

import pytest

from db.engine import Database
from db.item_values import NewItem
from db.job_values import JobOptions, NewJob
from db.jobs.cancelling import cancel_job
from db.jobs.closing import close_job
from db.migrate import migrate
from db.submissions.drafts import accept_job
from models.packs.shipped_packs import list_shipped
from tests.support.models.made_packs import write_pack
from tests.support.programs.cli import WEIGHTS_DIR, call_facetally


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    return partial(
        call_facetally,
        capsys,
        monkeypatch,
        "packs",
        data_dir=str(tmp_path / "data"),
        weights_dir=str(WEIGHTS_DIR),
    )


@pytest.fixture
def made(tmp_path):
    return write_pack(tmp_path / "made-here")


def test_shipped_packs_are_listed_and_shown_with_their_licenses(call):
    listed = call("list")
    assert listed.returncode == 0
    assert all(name in listed.stdout for name in list_shipped())
    assert "default" in listed.stdout
    shown = call("show", "default")
    assert "CC0" in shown.stdout
    assert "WIDER FACE" in shown.stdout
    described = json.loads(call("show", "default", "--json").stdout)
    assert described["files"][0]["part"] == "detector"
    unknown = call("show", "nowhere")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)


def test_a_pack_is_tried_added_listed_and_removed(call, made, tmp_path):
    added = call("add", made)
    assert added.returncode == 0, added.stderr
    assert "Added made 1." in added.stderr
    assert "FACETALLY_PACKS=default,made" in added.stderr
    assert (tmp_path / "data" / "packs" / "made" / "ages.onnx").is_file()
    [line] = [line for line in call("list").stdout.splitlines() if line.startswith("made ")]
    assert line.split()[:4] == ["made", "1", "yours", "ready"]

    removed = call("remove", "made")
    assert removed.returncode == 0, removed.stderr
    assert list((tmp_path / "data" / "packs").iterdir()) == []
    assert call("remove", "made").returncode == 1


def test_each_fault_of_a_pack_is_a_line_and_nothing_is_added(call, made, tmp_path):
    write_pack(made, [("[51, 90]] }", "[51, 90]], output = 1 }"), ('"male"]', '"man"]')])
    described = call("add", made)
    write_pack(made)
    (made / "ages.onnx").write_bytes(b"other")
    (made / "genders.prototxt").unlink()
    tried = call("add", made)

    for refused in (described, tried):
        assert refused.returncode == 1
        assert refused.stderr.splitlines()[-1].endswith("was not added.")
    assert "estimator genders, gender.classes.1: input should be" in described.stderr
    assert "ages.onnx is altered" in tried.stderr
    assert f"genders.prototxt of the pack made is missing in {made} and" in tried.stderr
    assert "fetch" not in tried.stderr
    assert "output" not in tried.stdout
    assert list((tmp_path / "data" / "packs").glob("*")) == []


def test_a_shipped_pack_is_neither_replaced_nor_removed(call, made):
    write_pack(made, [('name = "made"', 'name = "strict"')])
    for words in (("add", made), ("add", made, "--replace"), ("remove", "strict")):
        refused = call(*words)
        assert refused.returncode == 1
        assert "strict is a pack of Facetally" in refused.stderr


def test_a_pack_in_use_is_not_removed(call, made, tmp_path):
    assert call("add", made).returncode == 0
    named = call("remove", "made", packs="made")
    assert "Remove it there first" in named.stderr
    with closing(Database(f"sqlite:///{tmp_path / 'data' / 'facetally.sqlite3'}")) as database:
        migrate(database)
        with database.write() as session:
            job = NewJob(options=JobOptions(pack="made"))
            accept_job(session, NewJob(), [NewItem("a", "file:///a")], 1)
            job_id = accept_job(session, job, [NewItem("a", "file:///a")], 1)
        refused = call("remove", "made")
        assert refused.returncode == 1
        assert f"Live jobs need made: {job_id}." in refused.stderr
        with database.write() as session:
            assert cancel_job(session, job_id)
            assert close_job(session, job_id)
    assert call("remove", "made").returncode == 0
