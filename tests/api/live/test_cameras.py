"""A live source in a process of its own, which leaves nothing behind and is not trusted."""

import io
import threading
from contextlib import closing, suppress
from time import monotonic

import numpy as np
import psutil
import pytest
from PIL import Image

from api.live.cameras import Camera, SourceUnavailable
from models.videos.live_pictures import LONGEST_SIDE_PIXELS, MOST_BYTES
from tests.support.media.made_videos import make_video, run_ffmpeg
from tests.support.media.sample_videos import decode_interlaced
from tests.support.programs.cli import wait_for
from tests.support.programs.live import NetworkCamera, make_avi
from tests.support.servers.web import WebServer
from worker.addresses.live_sources import LiveSource
from worker.settings import Settings

WAIT_SECONDS = 30.0
TURNED = "color=red:size=96x64:rate=5:duration=1,format=yuv420p"


def open_camera(address: object, **settings: object) -> Camera:
    return Camera(LiveSource.parse(f"stage={address}"), Settings(**settings))


def read_pictures(address: object, **settings: object) -> list[np.ndarray]:
    """All pictures of a source until it ends, (H, W, 3) RGB; raises SourceUnavailable."""
    with closing(open_camera(address, **settings)) as camera:
        return read_all(camera)


def read_all(camera: Camera) -> list[np.ndarray]:
    pictures = []
    while (picture := camera.read(monotonic() + WAIT_SECONDS)) is not None:
        pictures.append(np.asarray(Image.open(io.BytesIO(picture), formats=["JPEG"])))
    return pictures


def find_decoders() -> list[psutil.Process]:
    """The programs that read sources for this process."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "mpjpeg" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
    return found


@pytest.fixture(autouse=True)
def _nothing_is_left():
    before = psutil.Process().num_fds()
    yield
    wait_for(lambda: not find_decoders(), "the end of all decoders")
    wait_for(lambda: psutil.Process().num_fds() <= before, "the end of all pipes")


def write_picture(width: int, height: int, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height)).save(stream, "JPEG", **options)
    return stream.getvalue()


def test_a_file_is_played_to_its_end(tmp_path):
    make_video(tmp_path / "clip.mp4")
    pictures = read_pictures(tmp_path / "clip.mp4")
    brightness = [picture.mean() for picture in pictures]
    assert len(pictures) > 1
    assert brightness == sorted(brightness)
    assert brightness[-1] == pytest.approx(160, abs=3)


def test_only_the_newest_picture_waits_to_be_read(tmp_path):
    make_video(tmp_path / "clip.mp4")
    with closing(open_camera(tmp_path / "clip.mp4")) as camera:
        wait_for(lambda: not is_being_read(), "the end of the file")
        picture = camera.read(monotonic())
        assert np.asarray(Image.open(io.BytesIO(picture))).mean() == pytest.approx(160, abs=3)
        assert camera.read(monotonic()) is None


def is_being_read() -> bool:
    return "camera stage" in {thread.name for thread in threading.enumerate()}


def test_pictures_are_shown_as_a_player_shows_them(tmp_path):
    make_video(tmp_path / "flat.mp4", "-vf", "setsar=2", source=TURNED)
    turned = tmp_path / "turned.mp4"
    run_ffmpeg(
        "-display_rotation", "90", "-i", str(tmp_path / "flat.mp4"), "-c", "copy", str(turned)
    )
    [picture, *_] = read_pictures(turned)
    assert picture.shape == (192, 64, 3)
    assert np.abs(picture.mean((0, 1)) - (254, 0, 0)).max() < 4


def test_interlaced_pictures_are_shown(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(decode_interlaced())
    assert read_pictures(tmp_path / "clip.mp4")


def test_large_pictures_are_made_smaller(tmp_path):
    clip = make_avi(tmp_path / "clip.avi", [write_picture(2000, 1000)] * 2, side=64)
    assert read_pictures(clip)[0].shape == (640, LONGEST_SIDE_PIXELS, 3)


def test_a_picture_of_one_row_is_shown(tmp_path):
    clip = make_avi(tmp_path / "clip.avi", [write_picture(8000, 2)] * 2, side=2)
    assert read_pictures(clip)


def test_a_video_at_the_limit_of_pixels_is_read_and_one_beyond_it_is_not(tmp_path):
    clip = make_avi(tmp_path / "clip.avi", [write_picture(2000, 2000)] * 2, side=2000)
    assert read_pictures(clip, max_pixels=4_000_000)
    with pytest.raises(SourceUnavailable, match="more pixels than allowed"):
        read_pictures(clip, max_pixels=3_999_999)


TEXTS = {
    "an SDP description": "v=0\ns=-\nc=IN IP4 127.0.0.1\nm=video 5704 RTP/AVP 26\n",
    "a list of files": "ffconcat version 1.0\nfile other.avi\n",
    "a playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.avi\n#EXT-X-ENDLIST\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_file_that_refers_to_another_source_is_not_followed(tmp_path, text):
    make_avi(tmp_path / "other.avi", [write_picture(64, 64)], side=64)
    (tmp_path / "text.mp4").write_text(text)
    with pytest.raises(SourceUnavailable, match="cannot be opened: it is not a readable MP4"):
        read_pictures(tmp_path / "text.mp4")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_an_address_that_refers_to_another_is_not_followed(text):
    with WebServer() as server:
        server.pages["/live.m3u8"] = lambda request: answer(request, text.encode())
        server.pages["/other.avi"] = lambda request: answer(request, b"")
        with pytest.raises(SourceUnavailable, match="cannot be opened"):
            read_pictures(f"{server.url}/live.m3u8")
        assert {path for path, _ in server.asked} == {"/live.m3u8"}


def answer(request: object, content: bytes, status: int = 200, **headers: str) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(content)), **headers}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(content)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(("-c:v", "mjpeg", "-f", "mpjpeg"), id="JPEG pictures"),
        pytest.param(("-c:v", "libx264", "-f", "mpegts"), id="a transport stream"),
    ],
)
def test_an_address_of_the_web_is_watched_with_its_password(tmp_path, form):
    content = make_video(tmp_path / "clip", "-g", "4", *form)
    with WebServer() as server:
        server.pages["/live"] = lambda request: send_live(request, content)
        address = server.url.replace("//", "//user:hid'den@") + "/live"
        with closing(open_camera(address)) as camera:
            assert camera.read(monotonic() + WAIT_SECONDS)
            with pytest.raises(SourceUnavailable, match="stopped sending pictures"):
                read_all(camera)
        with pytest.raises(SourceUnavailable, match="refuses the user name and password"):
            read_pictures(address.replace("hid'den", "other"))
        with pytest.raises(SourceUnavailable, match="more pixels than allowed"):
            read_pictures(address, max_pixels=1000)


def send_live(request: object, content: bytes) -> None:
    if request.headers.get("Authorization") != "Basic dXNlcjpoaWQnZGVu":
        answer(request, b"", 401, **{"WWW-Authenticate": 'Basic realm="camera"'})
        return
    answer(request, content, **{"Content-Type": "multipart/x-mixed-replace;boundary=ffmpeg"})


def test_a_redirect_is_not_followed():
    with WebServer() as server:
        server.pages["/live"] = lambda request: answer(request, b"", 302, Location="/other")
        server.pages["/other"] = lambda request: answer(request, b"")
        with pytest.raises(SourceUnavailable, match="cannot be opened"):
            read_pictures(f"{server.url}/live")
        assert {path for path, _ in server.asked} == {"/live"}


def test_no_program_shows_the_password_of_a_camera():
    black = np.zeros((64, 96, 3), np.uint8)
    with NetworkCamera(black, 0, is_silent=True) as network, closing(open_camera(network.url)):
        wait_for(lambda: network.visits, "a connection")
        [decoder] = find_decoders()
        assert "hidden" not in f"{decoder.cmdline()} {decoder.environ()}"


@pytest.mark.parametrize("knows_tcp", [True, False], ids=["TCP", "UDP"])
def test_a_network_camera_is_watched_over_what_it_knows(knows_tcp):
    red = np.full((64, 96, 3), (0, 0, 254), np.uint8)
    network = NetworkCamera(red, 50, knows_tcp=knows_tcp)
    with network, closing(open_camera(network.url)) as camera:
        picture = np.asarray(Image.open(io.BytesIO(camera.read(monotonic() + WAIT_SECONDS))))
        assert np.abs(picture.mean((0, 1)) - (254, 0, 0)).max() < 4


def test_a_network_camera_that_is_away_says_so():
    with pytest.raises(SourceUnavailable, match="refuses connections: check its host and port"):
        read_pictures("rtsp://user:hidden@127.0.0.1:1/1")


def test_a_camera_that_the_machine_does_not_have_says_so():
    with pytest.raises(SourceUnavailable, match="cannot be opened"):
        read_pictures("93")


def test_a_program_that_is_missing_says_so():
    with pytest.raises(SourceUnavailable, match="Set FACETALLY_FFMPEG"):
        read_pictures("rtsp://127.0.0.1/1", ffmpeg="/nowhere/ffmpeg")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("Content-length: 999999999", id="too long"),
        pytest.param(f"Content-length: {MOST_BYTES + 1}", id="a byte too long"),
        pytest.param("Content-length: 0", id="of no length"),
        pytest.param("", id="of no part"),
    ],
)
def test_an_answer_that_is_no_picture_ends_the_source(tmp_path, content):
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nprintf '--ffmpeg\\r\\n{content}\\r\\n\\r\\nabc'\nexec cat\n")
    program.chmod(0o700)
    with pytest.raises(SourceUnavailable, match="cannot be opened"):
        read_pictures("rtsp://127.0.0.1/1", ffmpeg=str(program))


def test_a_decoder_that_is_killed_says_so(tmp_path):
    make_video(tmp_path / "clip.mp4")
    with closing(open_camera(tmp_path / "clip.mp4")) as camera:
        camera.read(monotonic() + WAIT_SECONDS)
        [decoder] = find_decoders()
        decoder.kill()
        with pytest.raises(SourceUnavailable, match="ended unexpectedly"):
            read_all(camera)
