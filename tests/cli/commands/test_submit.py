"""`facetally submit` on a real API, in this process: what is sent, and what is said."""

import io
import json
import sys

import pytest

from tests.support.media.found_files import touch
from tests.support.programs.cli import call_facetally
from tests.support.servers.served import serve_app


@pytest.fixture
def serve(open_client):
    """The address of an API with some settings, without workers."""
    opened = []

    def start(**changes):
        opened.append(serve_app(open_client(**changes).application))
        return opened[-1].__enter__()

    yield start
    for one in opened:
        one.__exit__(None, None, None)


@pytest.fixture
def call(capsys, monkeypatch):
    def run(*words, stdin=b"", **settings):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        return call_facetally(capsys, monkeypatch, *words, **settings)

    return run


def test_paths_of_the_standard_input_are_one_job(serve, call, client, tmp_path, monkeypatch):
    touch(tmp_path, "photos/Berlin/a.jpg", "photos/Paris/b.jpg", "photos/notes.txt")
    monkeypatch.chdir(tmp_path)
    printed = b"photos/Berlin/a.jpg\0photos/Paris/b.jpg\0photos/notes.txt\0"

    done = call("submit", "-", "--folders-as", "*,store", "--json", stdin=printed, url=serve())

    job = json.loads(done.stdout)
    assert (done.returncode, job["state"], job["counts"]["items"]) == (0, "queued", 2)
    assert "1 skipped: 1 not photos or videos." in done.stderr
    found = client.get(f"/v1/jobs/{job['id']}/results").json["results"]
    assert {one["name"]: one["dimensions"] for one in found} == {
        "photos/Berlin/a.jpg": {"store": "Berlin"},
        "photos/Paris/b.jpg": {"store": "Paris"},
    }


def test_the_standard_input_stands_alone(call, tmp_path):
    done = call("submit", "-", tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Give - alone" in done.stderr


def test_a_file_over_a_limit_is_told_and_left_out(serve, call, tmp_path):
    touch(tmp_path, "a.jpg")
    (tmp_path / "b.jpg").write_bytes(bytes(2000))
    address = serve(max_item_bytes=1000)

    done = call("submit", tmp_path, "--json", url=address)
    nothing = call("submit", tmp_path / "b.jpg", url=address)

    assert (done.returncode, json.loads(done.stdout)["counts"]["items"]) == (3, 1)
    assert "b.jpg has 2,000 bytes; this server takes 1,000" in done.stderr
    assert "(FACETALLY_MAX_ITEM_BYTES): it is left out." in done.stderr
    assert (nothing.returncode, nothing.stdout) == (1, "")


def test_a_folder_of_the_server_is_listed_by_it(serve, call, client, settings, tmp_path):
    touch(tmp_path, "in/Berlin/a.jpg")
    uri = f"{(tmp_path / 'in').as_uri()}/**/*.jpg"

    done = call("submit", uri, "--dimension", "campaign=spring", "--json", url=serve())
    refused = call("submit", uri, "s3://photos/a.jpg")

    job = json.loads(done.stdout)
    assert (done.returncode, job["state"], job["listing"]) == (0, "draft", uri)
    assert (refused.returncode, "alone" in refused.stderr) == (2, True)


def test_a_folder_is_submitted_once_or_again(serve, call, client, tmp_path):
    touch(tmp_path, "in/Berlin/a.jpg")
    words = ("watch-folder", tmp_path / "in", "--once", "--every", 0.1)
    words += ("--state", tmp_path / "seen", "--folders-as", "store")
    address = serve()

    first, second = (call(*words, url=address) for _ in range(2))
    again = call(*words, "--again", url=address)
    refused = call(*words, "--dimension", "store=x", url=address)

    assert [done.stdout for done in (first, second, again)] == ["1\n", "", "2\n"]
    assert (first.returncode, first.stderr) == (0, "job 1: 1 item submitted\n")
    assert (refused.returncode, "'store' is given" in refused.stderr) == (2, True)
