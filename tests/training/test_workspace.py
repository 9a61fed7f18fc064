"""The folder of a training: what an interrupted one goes on from."""

import pytest

from training.errors import TrainingError
from training.workspace import Workspace

ASKED = {"labels": "a hash", "seed": 1, "nets": ("cnn1", "cnn2")}


@pytest.fixture
def workspace(tmp_path):
    opened = Workspace(tmp_path / "out")
    opened.open(ASKED, restart=False)
    return opened


def test_the_same_training_finds_what_it_left(workspace):
    workspace.finish_net("net", b"model")
    workspace.open(ASKED, restart=False)

    assert workspace.net_path("net").read_bytes() == b"model"


def test_a_finished_net_has_no_checkpoint(workspace):
    workspace.checkpoint_path("net").write_bytes(b"state")
    workspace.finish_net("net", b"model")

    assert not workspace.checkpoint_path("net").exists()


@pytest.mark.parametrize("kept", ["net_path", "checkpoint_path"])
def test_another_training_is_refused_once_there_is_a_net_or_a_part_of_one(workspace, kept):
    getattr(workspace, kept)("net").write_bytes(b"")

    with pytest.raises(TrainingError, match=r"started with other seed, batch.*--restart"):
        workspace.open({**ASKED, "seed": 2, "batch": 5}, restart=False)


def test_another_training_replaces_one_that_has_only_prepared_faces(workspace):
    workspace.faces.write_rows([])
    workspace.open({**ASKED, "labels": "another hash"}, restart=False)

    assert not workspace.faces.exists()


def test_a_restart_removes_everything_that_came_of_an_earlier_training(workspace):
    workspace.finish_net("net", b"model")
    workspace.pack.mkdir()
    for file in (workspace.evaluation, workspace.summary, workspace.report):
        file.write_text("of an earlier training")
    workspace.open(ASKED, restart=True)

    found = [path.name for path in workspace.report.parent.rglob("*") if path.is_file()]
    assert found == ["asked.json"]
