"""The worker's side of the lane of /v1/analyze: it answers single pictures."""

import logging
from time import monotonic

from db.item_values import Failure
from db.job_values import DetectionMode
from db.states import ErrorCode
from models.decoding.decoder import share_decoder
from models.errors import FAULT_MESSAGE, DeviceLost, ItemError, ModelUnavailable
from models.face import Face
from models.pictures.picture import Picture
from worker.packs.analyzers import Analyzers
from worker.pictures.thumbnails import draw_thumbnail
from worker.queue.broker import connect
from worker.queue.messages import (
    NO_PACK,
    PICTURE,
    READY,
    Answer,
    LaneUnavailable,
    listen,
    question_channel,
    read_question,
    reply_channel,
    subscribe,
    write_faces,
    write_refusal,
)
from worker.settings import WORKING_SIZES, Settings

logger = logging.getLogger(__name__)

# How long a worker waits for the pixels of a request: its caller may be gone.
PIXELS_SECONDS = 5.0
INTERNAL_ERROR = Failure(ErrorCode.INTERNAL, FAULT_MESSAGE)


class InteractiveRunner:
    """The worker's side of the lane. Opened once per process."""

    def __init__(
        self, settings: Settings, analyzers: Analyzers, pixels_seconds: float = PIXELS_SECONDS
    ) -> None:
        self._settings = settings
        self._analyzers = analyzers
        self._pixels_seconds = pixels_seconds
        self._redis = connect(settings.redis_url)
        self._decoder = share_decoder()
        # Whether its device failed, which only the end of this process ends.
        self.is_stuck = False

    def close(self) -> None:
        self._redis.close()

    def answer(self, request_id: str) -> None:
        """Receive the pixels, find the faces, send them back; the caller may be gone by then."""
        with self._redis.pubsub() as questions:
            subscribe(questions, question_channel(request_id))
            if not self._redis.publish(reply_channel(request_id), READY):
                # The caller is gone.
                return
            try:
                question = listen(questions, monotonic() + self._pixels_seconds)
            except LaneUnavailable:
                return
        self._redis.publish(reply_channel(request_id), self._answer_safely(question))

    def _answer_safely(self, question: bytes) -> bytes:
        try:
            return self._analyze(question)
        except ModelUnavailable:
            logger.exception("pack cannot be opened")
            return NO_PACK
        except DeviceLost as error:
            logger.error("device lost, its process ends", extra={"error": str(error)})
            self.is_stuck = True
            return write_refusal(INTERNAL_ERROR)
        except Exception:
            logger.exception("analysis failed")
            return write_refusal(INTERNAL_ERROR)

    def _analyze(self, message: bytes) -> bytes:
        question = read_question(message)
        analyzer = self._analyzers.get(question.pack or self._settings.pack)
        try:
            picture = self._decoder.decode(
                question.picture,
                max_pixels=self._settings.max_pixels,
                working_size=WORKING_SIZES[question.detection],
                seconds=self._settings.analyze_timeout_seconds,
            )
        except ItemError as error:
            return write_refusal(Failure.of(error))
        crowd = question.detection is DetectionMode.CROWD
        [found] = analyzer.detect([picture], crowd=crowd)
        faces = analyzer.estimate(found.faces)
        if question.must_draw:
            return PICTURE + self._draw(picture, faces)
        answer = Answer(picture.width_pixels, picture.height_pixels, tuple(faces))
        return write_faces(answer)

    def _draw(self, picture: Picture, faces: list[Face]) -> bytes:
        probability = self._settings.gender_min_probability
        return draw_thumbnail(
            picture.rgb, faces, picture.width_pixels, probability, in_words=True
        ).content
