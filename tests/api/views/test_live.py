"""`/video_feed` of a server started as users start it, read by plain HTTP clients."""

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import psutil
import pytest

from tests.support.answers.http import OpenClient
from tests.support.programs.cli import Terminal, read_until, wait_for
from tests.support.programs.live import (
    PAIR,
    NetworkCamera,
    decode,
    make_clip,
    make_long_clip,
    read_parts,
    read_sample,
)
from worker.pictures.thumbnails import COLORS

WIDTH, HEIGHT = 640, 360
TIMEOUT_SECONDS = 3
STREAMS = 2


class Server:
    """A server with live sources, and its clients."""

    def __init__(self, process, client, camera, silent):
        self.process, self.client, self.camera, self.silent = process, client, camera, silent

    @contextmanager
    def watch(self, source: str) -> Iterator[httpx.Response]:
        with self.client.stream("GET", f"/video_feed?source={source}") as response:
            yield response

    def get(self, query: str) -> httpx.Response:
        return self.client.get(f"/video_feed{query}")

    def find_processes(self, word: str) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if _runs(child, word)]

    def find_api(self) -> list[psutil.Process]:
        """The main process of gunicorn, not its worker."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if _runs(child, "api")]

    def is_up_again(self, before: psutil.Process) -> bool:
        if not _is_over(before):
            return False
        return self.client.get("/healthz").status_code == 200

    def has_no_camera(self) -> bool:
        return not self.find_processes("mpjpeg")

    def has_permit(self) -> bool:
        with self.watch("long") as response:
            return response.status_code == 200


@pytest.fixture(scope="module")
def pair() -> np.ndarray:
    return read_sample(PAIR, WIDTH, HEIGHT)


@pytest.fixture(scope="module")
def server(tmp_path_factory, pair):
    folder = tmp_path_factory.mktemp("clips")
    short, long = make_clip(folder / "a.avi", pair, 20), make_long_clip(folder / "b.avi", pair)
    (folder / "text.mp4").write_text("not a video")
    (folder / "sdp.mp4").write_text("v=0\ns=-\nc=IN IP4 127.0.0.1\nm=video 5704 RTP/AVP 26\n")
    camera, silent = NetworkCamera(pair, 20), NetworkCamera(pair, 0, is_silent=True)
    sources = {
        "stage": short,
        "long": long,
        "text": folder / "text.mp4",
        "sdp": folder / "sdp.mp4",
        "gone": folder / "none.mp4",
        "entrance": camera.url,
        "silent": silent.url,
        "desk": 93,
    }
    with Terminal() as terminal, camera, silent:
        process = terminal.start(
            *("serve", "--port", "0", "--data-dir", tmp_path_factory.mktemp("data")),
            live_sources=", ".join(f"{name}={address}" for name, address in sources.items()),
            live_timeout_seconds=str(TIMEOUT_SECONDS),
            live_streams=str(STREAMS),
        )
        url = read_until(process, "Facetally is ready").split()[4]
        # A connection of its own for each request: the API that answered the last may be gone.
        with httpx.Client(base_url=url, timeout=60, headers={"Connection": "close"}) as client:
            yield Server(process, client, camera, silent)
        process.terminate()
        _, words = process.communicate()
        assert "Traceback" not in words
        assert "hidden" not in words
        assert terminal.is_clean()


@pytest.fixture(autouse=True)
def _nobody_watches_afterwards(request):
    yield
    if "server" in request.fixturenames:
        wait_for(request.getfixturevalue("server").has_no_camera, "the end of every camera")


def test_the_feed_of_a_file_shows_its_faces_drawn_in(server, pair):
    with server.watch("stage") as response:
        assert response.status_code == 200
        parts = list(read_parts(response))
    assert {kind for kind, _ in parts} == {"image/jpeg"}
    pictures = [decode(content) for _, content in parts]
    assert len(pictures) > 1
    assert {picture.shape for picture in pictures} == {(HEIGHT, WIDTH, 3)}
    for gender in ("female", "male"):
        assert _count_near(pair[:, :, ::-1], COLORS[gender]) < 50
        assert min(_count_near(picture, COLORS[gender]) for picture in pictures) > 200


def _count_near(rgb: np.ndarray, color: tuple[int, int, int]) -> int:
    """Count pixels of nearly this color, which JPEG changes slightly."""
    distance = np.abs(rgb.astype(int) - color).max(axis=2)
    return int((distance < 40).sum())


def test_a_lost_network_camera_is_reopened(server):
    before = server.camera.visits
    with server.watch("entrance") as response:
        for kind, content in read_parts(response):
            assert kind == "image/jpeg"
            assert decode(content).shape == (HEIGHT, WIDTH, 3)
            if server.camera.visits > before + 1:
                break


@pytest.mark.parametrize("query", ["?source=other", "?source=/etc/passwd", "?source=rtsp://a/1"])
def test_an_unknown_live_source_is_refused(server, query):
    response = server.get(query)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "unknown_source"


@pytest.mark.parametrize(
    "query",
    ["", "?source=", "?source=stage&detection=all"],
    ids=["nothing", "no name", "another way to search"],
)
def test_a_request_without_a_source_or_with_another_detection_is_refused(server, query):
    assert server.get(query).status_code == 422


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("silent", f"sent no picture for {TIMEOUT_SECONDS} seconds|cannot be opened"),
        ("text", "cannot be opened: it is not a readable MP4"),
        ("sdp", "cannot be opened: it is not a readable MP4"),
        ("gone", "cannot be opened: it is not a readable MP4"),
        ("desk", r"cannot be opened\.$"),
    ],
)
def test_a_source_without_pictures_ends_with_a_clear_error(server, source, message):
    response = server.get(f"?source={source}")
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "source_unavailable"
    assert re.search(message, response.json()["error"]["message"])
    assert "Retry-After" in response.headers


@pytest.mark.parametrize(
    ("stop", "message"),
    [
        pytest.param(psutil.Process.kill, "ended unexpectedly", id="dies"),
        pytest.param(psutil.Process.suspend, "sent no picture for", id="freezes"),
    ],
)
def test_a_camera_that_stops_ends_with_a_clear_error(server, stop, message):
    with server.watch("long") as response:
        parts = read_parts(response)
        assert next(parts)[0] == "image/jpeg"
        [camera] = server.find_processes("mpjpeg")
        stop(camera)
        kind, content = list(parts)[-1]
    assert kind == "application/problem+json"
    error = json.loads(content)["error"]
    assert error["code"] == "source_unavailable"
    assert message in error["message"]


def test_watchers_share_a_source_up_to_the_limit(server):
    with server.watch("long") as one, server.watch("long") as other:
        # Both are kept: a client whose iterator is dropped disconnects, and returns its permit.
        streams = [read_parts(one), read_parts(other)]
        assert [next(parts)[0] for parts in streams] == ["image/jpeg"] * STREAMS
        assert len(server.find_processes("mpjpeg")) == 1
        refused = server.get("?source=long")
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "too_busy"
        assert "Retry-After" in refused.headers
        assert server.client.get("/v1/jobs").status_code == 200
    wait_for(server.has_permit, "a free permit")


def test_clients_that_read_nothing_lose_their_permits(server):
    with _open_silently(server), _open_silently(server):
        wait_for(server.has_permit, "a free permit")


@contextmanager
def _open_silently(server: Server) -> Iterator[None]:
    """A client that requests a feed and reads only the first line of the answer."""
    address = server.client.base_url
    with socket.socket() as client:
        # With a larger buffer the system would accept minutes of pictures for the client.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((address.host, address.port))
        client.sendall(b"GET /video_feed?source=long HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        first = b"HTTP/1.1 200 OK"
        assert client.recv(len(first), socket.MSG_WAITALL) == first
        yield


def test_a_feed_ends_with_the_api(server):
    with server.watch("long") as response:
        parts = read_parts(response)
        next(parts)
        [api] = server.find_api()
        os.kill(api.pid, signal.SIGTERM)
        assert {kind for kind, _ in parts} <= {"image/jpeg"}
    wait_for(lambda: server.is_up_again(api), "the API that comes after")


def test_a_camera_ends_when_its_api_is_killed(server):
    with server.watch("long") as response:
        parts = read_parts(response)
        next(parts)
        [camera] = server.find_processes("mpjpeg")
        [api] = server.find_api()
        for process in (api, *api.children()):
            if process != camera:
                process.kill()
        wait_for(lambda: _is_over(camera), "the end of the camera")
    wait_for(lambda: server.is_up_again(api), "the API that comes after")


def _runs(process: psutil.Process, word: str) -> bool:
    try:
        return word in process.cmdline()
    except psutil.NoSuchProcess:
        # It ended in the meantime.
        return False


def _is_over(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_feed_reports_that_no_worker_answers(open_client: OpenClient, tmp_path, pair):
    clip = make_clip(tmp_path / "clip.avi", pair, 100)
    client = open_client(live_sources=(f"stage={clip}",), live_timeout_seconds=4.0)
    response = client.get("/video_feed?source=stage")
    assert response.status_code == 503
    assert "No interactive worker" in response.json["error"]["message"]
