"""The lane of /v1/analyze: a picture goes to a worker, its faces come back, and nothing is stored.

Pixels and answer travel by publish and subscribe, which a broker never stores; the queue carries
only the id of the request. The API subscribes, queues the id, waits until a worker is subscribed
too, and sends the pixels.
"""

import json
import logging
from dataclasses import asdict, dataclass
from secrets import token_hex
from threading import BoundedSemaphore
from time import monotonic
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from redis.client import PubSub
from redis.exceptions import RedisError

from db.states import ErrorCode
from models.errors import FacetallyError, ItemError
from models.face import AgeEstimate, Box, Face, Gender
from models.nets.analyzer import Analyzer
from models.pictures.picture import Picture, decode_picture
from worker.pictures.thumbnails import draw_thumbnail
from worker.queue.broker import ANALYZE, INTERACTIVE_QUEUE, SOCKET_SECONDS, connect
from worker.settings import WORKING_SIDE_PIXELS, Settings

logger = logging.getLogger(__name__)

# How long a worker waits for the pixels of a request: its caller may be gone.
PIXELS_SECONDS = 5.0
READY = b"ready"
FACES, PICTURE, REFUSED = b"faces:", b"picture:", b"refused:"


class LaneUnavailable(FacetallyError):
    """No worker answered in time: start an interactive worker, or try again later."""


class PictureRefused(FacetallyError):
    """The picture cannot be analyzed, for the reason that `code` and the message give."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """The faces of one picture, and its size in pixels as it is displayed."""

    width_pixels: int
    height_pixels: int
    faces: tuple[Face, ...]


class InteractiveLane:
    """The API's side of the lane."""

    def __init__(
        self, redis_url: str, queue: Celery, timeout_seconds: float, most_waiting: int = 8
    ) -> None:
        self._redis = connect(redis_url)
        self._queue = queue
        self._timeout_seconds = timeout_seconds
        self._waiting = BoundedSemaphore(most_waiting)

    def close(self) -> None:
        self._redis.close()

    def find_faces(self, picture: bytes) -> Answer:
        """The faces of an encoded picture; raises PictureRefused or LaneUnavailable."""
        answer = self._ask(FACES + picture)
        return _read_analysis(answer.removeprefix(FACES))

    def draw_faces(self, picture: bytes) -> bytes:
        """The picture as a JPEG file with its faces drawn in; raises what `find_faces` does."""
        return self._ask(PICTURE + picture).removeprefix(PICTURE)

    def _ask(self, question: bytes) -> bytes:
        # Each caller that waits holds a thread of the API: some must stay free for other requests.
        if not self._waiting.acquire(blocking=False):
            raise LaneUnavailable("Too many pictures are waiting for an answer; try again soon.")
        try:
            return self._ask_worker(question)
        finally:
            self._waiting.release()

    def _ask_worker(self, question: bytes) -> bytes:
        request_id = token_hex(16)
        deadline = monotonic() + self._timeout_seconds
        try:
            with self._redis.pubsub() as replies:
                _subscribe(replies, _reply_channel(request_id))
                self._queue.send_task(ANALYZE, args=[request_id], queue=INTERACTIVE_QUEUE)
                _listen(replies, deadline)
                self._redis.publish(_question_channel(request_id), question)
                answer = _listen(replies, deadline)
        except (RedisError, OperationalError) as error:
            raise LaneUnavailable("The queue is unavailable; try again in a moment.") from error
        if answer.startswith(REFUSED):
            refusal = json.loads(answer.removeprefix(REFUSED))
            raise PictureRefused(ErrorCode(refusal["code"]), refusal["message"])
        return answer


class InteractiveRunner:
    """The worker's side of the lane. Opened once per process."""

    def __init__(
        self, settings: Settings, analyzer: Analyzer, pixels_seconds: float = PIXELS_SECONDS
    ) -> None:
        self._settings = settings
        self._analyzer = analyzer
        self._pixels_seconds = pixels_seconds
        self._redis = connect(settings.redis_url)

    def close(self) -> None:
        self._redis.close()

    def answer(self, request_id: str) -> None:
        """Receive the pixels, find the faces, send them back; the caller may be gone by then."""
        with self._redis.pubsub() as questions:
            _subscribe(questions, _question_channel(request_id))
            if not self._redis.publish(_reply_channel(request_id), READY):
                # The caller is gone.
                return
            try:
                question = _listen(questions, monotonic() + self._pixels_seconds)
            except LaneUnavailable:
                return
        self._redis.publish(_reply_channel(request_id), self._answer_safely(question))

    def _answer_safely(self, question: bytes) -> bytes:
        try:
            return self._analyze(question)
        except Exception:
            logger.exception("analysis failed")
            return _refuse(
                ErrorCode.INTERNAL, "The analysis failed because of a fault in Facetally."
            )

    def _analyze(self, question: bytes) -> bytes:
        wants_picture = question.startswith(PICTURE)
        data = question.removeprefix(PICTURE if wants_picture else FACES)
        try:
            picture = decode_picture(
                data, max_pixels=self._settings.max_pixels, working_side=WORKING_SIDE_PIXELS
            )
        except ItemError as error:
            return _refuse(ErrorCode(error.code), str(error))
        [found] = self._analyzer.find([picture])
        faces = self._analyzer.classify(found.faces)
        if wants_picture:
            return PICTURE + self._draw(picture, faces)
        return FACES + _write_analysis(picture, faces)

    def _draw(self, picture: Picture, faces: list[Face]) -> bytes:
        probability = self._settings.gender_min_probability
        return draw_thumbnail(
            picture.rgb, faces, picture.width_pixels, probability, in_words=True
        ).content


def _refuse(code: ErrorCode, message: str) -> bytes:
    return REFUSED + json.dumps({"code": code, "message": message}).encode()


def _question_channel(request_id: str) -> str:
    return f"facetally:analyze:{request_id}:question"


def _reply_channel(request_id: str) -> str:
    return f"facetally:analyze:{request_id}:reply"


def _subscribe(channel: PubSub, name: str) -> None:
    """Subscribe to a channel, and wait until the broker confirms it; raises LaneUnavailable.

    Before that, a message that another connection publishes could still be missed.
    """
    channel.subscribe(name)
    _read_message(channel, "subscribe", monotonic() + SOCKET_SECONDS)


def _listen(channel: PubSub, deadline: float) -> bytes:
    return bytes(_read_message(channel, "message", deadline))


def _read_message(channel: PubSub, kind: str, deadline: float) -> Any:
    while (left := deadline - monotonic()) > 0:
        message = channel.get_message(timeout=min(left, 1.0))
        if message is not None and message["type"] == kind:
            return message["data"]
    raise LaneUnavailable("No interactive worker answered in time; try again in a moment.")


def _write_analysis(picture: Picture, faces: list[Face]) -> bytes:
    return json.dumps(
        {
            "width_pixels": picture.width_pixels,
            "height_pixels": picture.height_pixels,
            "faces": [asdict(face) for face in faces],
        }
    ).encode()


def _read_analysis(text: bytes) -> Answer:
    fields: dict[str, Any] = json.loads(text)
    faces = tuple(
        Face(
            box=Box(**face["box"]),
            score=face["score"],
            landmarks=tuple((x, y) for x, y in face["landmarks"]),
            gender=Gender(**face["gender"]),
            age=AgeEstimate(**face["age"]),
        )
        for face in fields["faces"]
    )
    return Answer(fields["width_pixels"], fields["height_pixels"], faces)
