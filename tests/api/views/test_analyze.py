"""One picture over HTTP: its faces, or the picture with its faces drawn in; nothing is stored."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest
from flask.testing import FlaskClient
from redis import Redis

from tests.support.answers.http import OpenClient, make_form
from tests.support.work.worker import open_analyzers, take_request_id
from worker.queue.runner import InteractiveRunner
from worker.settings import Settings


@pytest.fixture
def lane(open_client: OpenClient, settings: Settings) -> Iterator[FlaskClient]:
    """The API with an interactive worker in a thread."""
    stop = Event()
    thread = Thread(target=_answer_all, args=(settings, stop))
    thread.start()
    yield open_client()
    stop.set()
    thread.join()


def _answer_all(settings: Settings, stop: Event) -> None:
    worker = InteractiveRunner(settings, open_analyzers(settings))
    with Redis.from_url(settings.redis_url) as client:
        while not stop.is_set():
            request_id = take_request_id(client, timeout_seconds=1)
            if request_id is not None:
                worker.answer(request_id)
    worker.close()


@pytest.fixture
def picture(settings: Settings) -> bytes:
    return (settings.weights_dir / "samples" / "astronaut.png").read_bytes()


@pytest.mark.parametrize(
    "content_type", ["image/png", "application/octet-stream", "application/x-www-form-urlencoded"]
)
def test_a_picture_sent_as_the_body_is_analyzed(
    lane: FlaskClient, picture: bytes, content_type: str
) -> None:
    response = lane.post("/v1/analyze", data=picture, content_type=content_type)
    assert response.status_code == 200
    assert (response.json["width"], response.json["height"]) == (512, 512)
    [face] = response.json["faces"]
    assert face["gender"]["value"] == "female"


def test_a_picture_sent_in_a_form_is_analyzed(lane: FlaskClient, picture: bytes) -> None:
    response = lane.post("/v1/analyze", **make_form({"a.png": picture}))
    assert len(response.json["faces"]) == 1


def test_an_annotated_picture_is_sent_on_request(lane: FlaskClient, picture: bytes) -> None:
    headers = {"Accept": "image/jpeg"}
    response = lane.post("/v1/analyze", data=picture, content_type="image/png", headers=headers)
    assert response.mimetype == "image/jpeg"
    assert response.data.startswith(b"\xff\xd8")


def test_a_damaged_picture_is_refused_as_unreadable(lane: FlaskClient) -> None:
    response = lane.post("/v1/analyze", data=b"text", content_type="image/png")
    assert response.status_code == 422
    assert response.json["error"]["code"] == "unreadable"


def test_an_analyzed_picture_is_not_stored(
    lane: FlaskClient, settings: Settings, picture: bytes
) -> None:
    lane.post("/v1/analyze", data=picture, content_type="image/png")
    assert lane.get("/v1/jobs").json["jobs"] == []
    assert not (settings.data_dir / "store").exists() or not any(
        (settings.data_dir / "store").iterdir()
    )
    with Redis.from_url(settings.redis_url) as client:
        assert not list(client.scan_iter("*analyze*"))


def test_a_picture_can_be_analyzed_by_another_pack_if_that_is_allowed(
    lane: FlaskClient, picture: bytes
) -> None:
    default = lane.post("/v1/analyze?pack=default", data=picture, content_type="image/png")
    other = lane.post("/v1/analyze?pack=nowhere", data=picture, content_type="image/png")

    assert len(default.json["faces"]) == 1
    assert other.status_code == 422
    assert "Choose one of: default." in other.json["error"]["message"]
