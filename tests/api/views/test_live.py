"""`/video_feed` of a server that was started as a user does, read by plain HTTP clients."""

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import numpy as np
import psutil
import pytest

from tests.support.cli import Terminal, read_until, wait_for
from tests.support.http import OpenClient
from tests.support.live import PAIR, NetworkCamera, decode, make_clip, read_parts, read_sample
from worker.pictures.thumbnails import COLORS

WIDTH, HEIGHT = 640, 360
TIMEOUT_SECONDS = 3
STREAMS = 2


class Server:
    """A server with live sources, and its clients."""

    def __init__(self, process, url, camera, silent):
        self.process, self.url, self.camera, self.silent = process, url, camera, silent

    @contextmanager
    def watch(self, source: str) -> Iterator[httpx.Response]:
        with httpx.stream("GET", f"{self.url}/video_feed?source={source}", timeout=60) as response:
            yield response

    def get(self, query: str) -> httpx.Response:
        return httpx.get(f"{self.url}/video_feed{query}", timeout=60)

    def find_processes(self, word: str) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if _runs(child, word)]

    def find_api(self) -> list[psutil.Process]:
        """The first of its two processes."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if _runs(child, "api")]

    def is_up_again(self, before: psutil.Process) -> bool:
        if not _is_over(before):
            return False
        return httpx.get(f"{self.url}/healthz", timeout=60).status_code == 200

    def has_no_camera(self) -> bool:
        return not self.find_processes("api.live.camera_program")

    def has_place(self) -> bool:
        with self.watch("long") as response:
            return response.status_code == 200


@pytest.fixture(scope="module")
def pair() -> np.ndarray:
    return read_sample(PAIR, WIDTH, HEIGHT)


@pytest.fixture(scope="module")
def server(tmp_path_factory, pair):
    folder = tmp_path_factory.mktemp("clips")
    short, long = make_clip(folder / "a.avi", pair, 20), make_clip(folder / "b.avi", pair, 3000)
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
        yield Server(process, url, camera, silent)
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


def test_a_file_comes_picture_by_picture_with_its_faces_drawn_in(server, pair):
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
    """How many pixels have nearly this color, as JPEG leaves them."""
    distance = np.abs(rgb.astype(int) - color).max(axis=2)
    return int((distance < 40).sum())


def test_a_camera_on_the_network_that_breaks_off_is_opened_anew(server):
    before = server.camera.visits
    with server.watch("entrance") as response:
        for kind, content in read_parts(response):
            assert kind == "image/jpeg"
            assert decode(content).shape == (HEIGHT, WIDTH, 3)
            if server.camera.visits > before + 1:
                break


@pytest.mark.parametrize("query", ["?source=other", "?source=/etc/passwd", "?source=rtsp://a/1"])
def test_a_source_that_is_not_allowed_is_refused(server, query):
    response = server.get(query)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "unknown_source"


@pytest.mark.parametrize("query", ["", "?source="])
def test_a_request_names_a_source(server, query):
    assert server.get(query).status_code == 422


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("silent", f"gave no picture for {TIMEOUT_SECONDS} seconds|cannot be opened"),
        ("text", "cannot be opened: there is no MP4"),
        ("sdp", "cannot be opened: there is no MP4"),
        ("gone", "cannot be opened: there is no MP4"),
        ("desk", r"cannot be opened\.$"),
    ],
)
def test_a_source_that_gives_nothing_ends_with_a_clear_error(server, source, message):
    response = server.get(f"?source={source}")
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "source_unavailable"
    assert re.search(message, response.json()["error"]["message"])
    assert "Retry-After" in response.headers


def test_a_camera_that_dies_under_way_ends_with_a_clear_error(server):
    with server.watch("long") as response:
        parts = read_parts(response)
        assert next(parts)[0] == "image/jpeg"
        [camera] = server.find_processes("api.live.camera_program")
        camera.kill()
        kind, content = list(parts)[-1]
    assert kind == "application/json"
    assert json.loads(content)["error"]["code"] == "source_unavailable"


def test_a_camera_that_freezes_under_way_ends_with_a_clear_error(server):
    with server.watch("long") as response:
        parts = read_parts(response)
        assert next(parts)[0] == "image/jpeg"
        [camera] = server.find_processes("api.live.camera_program")
        camera.suspend()
        kind, content = list(parts)[-1]
    assert kind == "application/json"
    assert "gave no picture for" in json.loads(content)["error"]["message"]


def test_all_who_watch_a_source_share_it_and_no_more_than_allowed(server):
    with server.watch("long") as one, server.watch("long") as other:
        assert next(read_parts(one))[0] == next(read_parts(other))[0] == "image/jpeg"
        assert len(server.find_processes("api.live.camera_program")) == 1
        refused = server.get("?source=long")
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "too_many_streams"
        assert "Retry-After" in refused.headers
        assert httpx.get(f"{server.url}/v1/jobs").status_code == 200
    wait_for(server.has_place, "a free place")


def test_clients_that_take_nothing_lose_their_places(server):
    with _open_silently(server), _open_silently(server):
        wait_for(server.has_place, "a free place")


@contextmanager
def _open_silently(server: Server) -> Iterator[None]:
    """A client that asks for a feed, and reads nothing of it beyond the first line."""
    address = urlsplit(server.url)
    with socket.socket() as client:
        # Else the system takes minutes of pictures in the client's place.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((address.hostname, address.port))
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


def test_a_camera_ends_with_an_api_that_is_killed(server):
    with server.watch("long") as response:
        next(read_parts(response))
        [camera] = server.find_processes("api.live.camera_program")
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
        # It ended while we looked.
        return False


def _is_over(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_where_no_worker_answers_the_feed_says_so(open_client: OpenClient, tmp_path, pair):
    clip = make_clip(tmp_path / "clip.avi", pair, 100)
    client = open_client(live_sources=(f"stage={clip}",), live_timeout_seconds=1.0)
    response = client.get("/video_feed?source=stage")
    assert response.status_code == 503
    assert "No interactive worker" in response.json["error"]["message"]
