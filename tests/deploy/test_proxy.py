"""The proxy of deploy/caddy: what it tells the API of a client, and what it passes on at once."""

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import trustme
from flask import Flask, Response, jsonify, request

from tests.support.answers.compose import ROOT, read_services
from tests.support.programs.cli import wait_for
from tests.support.servers.served import serve_app

CADDY = Path(sys.executable).with_name("caddy")
SPOOFED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "gopher"}


def test_it_is_tried_in_the_version_that_compose_runs() -> None:
    image = read_services()["proxy"]["image"]
    told = subprocess.run([CADDY, "version"], capture_output=True, text=True, check=True).stdout
    assert told.startswith("v" + image.removeprefix("caddy:").partition("@")[0] + " ")


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    made = trustme.CA()
    made.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(tmp_path / "pem")
    return made


def test_the_api_learns_the_address_of_a_client_and_not_what_the_client_says(
    tmp_path: Path,
) -> None:
    with serve_app(make_echo()) as upstream, run_proxy(tmp_path, upstream) as url:
        heard = httpx.get(f"{url}/headers", headers=SPOOFED).json()

    assert heard["X-Forwarded-For"] == "127.0.0.1"
    assert heard["X-Forwarded-Proto"] == "http"


def test_tls_with_a_certificate_of_ones_own(tmp_path: Path, authority: trustme.CA) -> None:
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    certificate = f"tls {tmp_path / 'pem'} {tmp_path / 'pem'}"
    with (
        serve_app(make_echo()) as upstream,
        run_proxy(tmp_path, upstream, "https://localhost", certificate) as url,
    ):
        heard = httpx.get(f"{url}/headers", headers=SPOOFED, verify=trusted).json()

    assert heard["X-Forwarded-Proto"] == "https"


def test_events_are_passed_on_at_once(tmp_path: Path) -> None:
    heard = threading.Event()
    with (
        serve_app(make_echo(heard)) as upstream,
        run_proxy(tmp_path, upstream) as url,
        httpx.stream("GET", f"{url}/events", timeout=60) as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "data: first"
        # The second is sent once the first has arrived.
        heard.set()
        assert "data: second" in list(lines)


def make_echo(heard: threading.Event | None = None) -> Flask:
    """An API that tells what it was told."""
    app = Flask(__name__)

    @app.get("/headers")
    def tell_headers() -> Response:
        return jsonify(dict(request.headers))

    @app.get("/events")
    def tell_events() -> Response:
        def tell() -> Iterator[str]:
            yield "data: first\n\n"
            if heard is not None and heard.wait(60):
                yield "data: second\n\n"

        return Response(tell(), content_type="text/event-stream")

    return app


@contextmanager
def run_proxy(
    folder: Path, upstream: str, site: str = "http://localhost", certificate: str = ""
) -> Iterator[str]:
    address = f"{site}:{find_port()}"
    environ = {
        **os.environ,
        "SITE": address,
        "SITE_TLS": certificate,
        "UPSTREAM": upstream.removeprefix("http://"),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    configuration = str(ROOT / "deploy" / "caddy" / "Caddyfile")
    command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", configuration]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=environ, stderr=log) as run,
    ):
        try:
            wait_for(lambda: is_open(address), "the proxy")
            yield address
        finally:
            run.terminate()


def is_open(address: str) -> bool:
    with (
        suppress(OSError),
        socket.create_connection(("localhost", int(address.rpartition(":")[2]))),
    ):
        return True
    return False


def find_port() -> int:
    with socket.create_server(("localhost", 0)) as found:
        port = found.getsockname()[1]
        assert isinstance(port, int)
        return port
