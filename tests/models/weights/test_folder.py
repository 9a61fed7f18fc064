"""Pinned files are checked by their sha256 before they are opened."""

import os
from pathlib import Path

import pytest

from models.errors import ModelUnavailable
from models.weights.catalog import AGE, FILES
from models.weights.fetch import write_file
from models.weights.folder import (
    FileState,
    check_file,
    default_weights_dir,
    list_files,
    require_file,
)
from tests.support.models.weights import CONTENT, MEMBERS, SMALL


def test_the_folder_is_the_one_named_or_in_the_users_cache():
    assert default_weights_dir({"FACETALLY_WEIGHTS_DIR": "/srv/weights"}) == Path("/srv/weights")
    assert default_weights_dir({}) == Path.home() / ".cache/facetally/weights"


def test_a_file_is_missing_then_ready_then_altered(tmp_path):
    assert check_file(tmp_path, SMALL).state == FileState.MISSING
    write_file(tmp_path, SMALL, MEMBERS)
    assert check_file(tmp_path, SMALL).state == FileState.READY
    assert require_file(tmp_path, SMALL).read_bytes() == CONTENT
    (tmp_path / SMALL.name).write_bytes(b"other")
    assert check_file(tmp_path, SMALL).state == FileState.ALTERED


@pytest.mark.parametrize("content", [None, b"cut of"], ids=["missing", "altered"])
def test_a_model_that_is_not_as_pinned_is_not_opened(tmp_path, content):
    if content:
        (tmp_path / AGE.name).write_bytes(content)
    with pytest.raises(ModelUnavailable, match="Run `facetally weights fetch`"):
        require_file(tmp_path, AGE)


def test_all_files_are_in_the_folder_of_this_machine():
    statuses = list_files(default_weights_dir(os.environ), FILES)
    assert {status.file.name: status.state for status in statuses} == {
        file.name: FileState.READY for file in FILES
    }
