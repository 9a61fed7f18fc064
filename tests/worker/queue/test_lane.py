"""The lane of one picture: an answer comes back, and nothing stays in the broker."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from time import monotonic

import pytest
from PIL import Image
from redis import Redis

from db.job_values import DetectionMode
from tests.support.media.sample_pictures import encode_scene
from tests.support.models.devices import FailingRuns, open_fake_device
from tests.support.work.worker import open_analyzers, take_request_id
from worker.queue.broker import create_queue
from worker.queue.lane import InteractiveLane
from worker.queue.messages import LaneUnavailable, PictureRefused
from worker.queue.runner import InteractiveRunner
from worker.settings import Settings


def ask(
    settings: Settings,
    picture: bytes,
    pack: str | None = None,
    *,
    draw: bool = False,
    detection: DetectionMode = DetectionMode.NORMAL,
) -> object:
    """Ask, and answer in a thread, as a worker that took the id from the queue."""
    with (
        create_queue(settings.redis_url) as queue,
        Redis.from_url(settings.redis_url) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        client.flushall()
        lane = InteractiveLane(settings.redis_url, queue, timeout_seconds=20)
        call = lane.draw_faces if draw else lane.find_faces
        asked = thread.submit(call, picture, pack, detection)
        request_id = take_request_id(client, timeout_seconds=10)
        assert request_id is not None
        worker = InteractiveRunner(settings, open_analyzers(settings))
        worker.answer(request_id)
        try:
            return asked.result()
        finally:
            assert client.keys("*analyze*") == []
            worker.close()
            lane.close()


def test_the_faces_of_a_picture_come_back(settings: Settings) -> None:
    path = settings.weights_dir / "samples" / "astronaut.png"
    analysis = ask(settings, path.read_bytes())
    assert (analysis.width_pixels, analysis.height_pixels) == (512, 512)
    [face] = analysis.faces
    assert face.gender.value(0.6) == "female"


def test_the_picture_comes_back_with_its_faces_drawn_in(settings: Settings) -> None:
    path = settings.weights_dir / "samples" / "astronaut.png"
    assert ask(settings, path.read_bytes(), draw=True).startswith(b"\xff\xd8")


def test_a_picture_is_analyzed_by_the_pack_that_was_asked_for(settings: Settings) -> None:
    picture = (settings.weights_dir / "samples" / "astronaut.png").read_bytes()
    assert ask(settings, picture, settings.pack) == ask(settings, picture)


def test_a_small_face_is_found_by_searching_for_a_crowd(settings: Settings) -> None:
    path = settings.weights_dir / "samples" / "astronaut.png"
    face = Image.open(path).convert("RGB").crop((130, 20, 320, 230)).resize((54, 60))
    large = Image.new("RGB", (2600, 1800), (90, 110, 130))
    large.paste(face, (1900, 1200))
    content = BytesIO()
    large.save(content, "PNG")
    counts = {
        mode: len(ask(settings, content.getvalue(), detection=mode).faces)
        for mode in (DetectionMode.NORMAL, DetectionMode.CROWD)
    }
    assert counts == {DetectionMode.NORMAL: 0, DetectionMode.CROWD: 1}
    drawn = ask(settings, content.getvalue(), draw=True, detection=DetectionMode.CROWD)
    assert drawn.startswith(b"\xff\xd8")


def test_a_pack_that_the_worker_does_not_have_is_refused_by_its_name(settings: Settings) -> None:
    with pytest.raises(LaneUnavailable, match="does not have the pack 'nowhere'"):
        ask(settings, encode_scene("PNG"), "nowhere")


def test_a_broken_picture_is_refused_with_its_code(settings: Settings) -> None:
    with pytest.raises(PictureRefused) as refusal:
        ask(settings, encode_scene("PNG")[:200])
    assert refusal.value.code == "unreadable"


def test_without_a_worker_a_caller_gets_a_clear_answer_in_time(settings: Settings) -> None:
    started = monotonic()
    with create_queue(settings.redis_url) as queue:
        lane = InteractiveLane(settings.redis_url, queue, timeout_seconds=0.3)
        with pytest.raises(LaneUnavailable):
            lane.find_faces(b"picture")
        lane.close()
    assert monotonic() - started < 10


def test_a_worker_whose_caller_is_gone_does_not_wait_for_pixels(settings: Settings) -> None:
    started = monotonic()
    worker = InteractiveRunner(settings, open_analyzers(settings), pixels_seconds=60)
    worker.answer("nobody")
    worker.close()
    assert monotonic() - started < 30


def test_a_lost_device_is_told_and_ends_its_process(settings: Settings) -> None:
    analyzer = open_fake_device(settings.weights_dir, change=FailingRuns(0))
    with (
        create_queue(settings.redis_url) as queue,
        Redis.from_url(settings.redis_url) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        client.flushall()
        lane = InteractiveLane(settings.redis_url, queue, timeout_seconds=60)
        asked = thread.submit(lane.find_faces, encode_scene("JPEG"), None, DetectionMode.NORMAL)
        request_id = take_request_id(client, timeout_seconds=60)
        worker = InteractiveRunner(settings, open_analyzers(settings, analyzer))
        assert request_id is not None
        worker.answer(request_id)
        with pytest.raises(PictureRefused):
            asked.result()
        assert worker.is_stuck
        worker.close()
        lane.close()
