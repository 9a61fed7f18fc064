"""The API's side of the lane of /v1/analyze: a picture goes to a worker, its faces come back, and
nothing is stored."""

from secrets import token_hex
from threading import BoundedSemaphore
from time import monotonic

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from db.job_values import DetectionMode
from worker.queue.broker import ANALYZE, INTERACTIVE_QUEUE, connect
from worker.queue.messages import (
    NO_PACK,
    PICTURE,
    REFUSED,
    Answer,
    LaneUnavailable,
    Question,
    listen,
    question_channel,
    read_faces,
    read_refusal,
    reply_channel,
    subscribe,
    write_question,
)

# Of callers that have no budget of their own.
MOST_WAITING = 8


class InteractiveLane:
    """The API's side of the lane. Each caller that waits takes a permit of `waiting`."""

    def __init__(
        self,
        redis_url: str,
        queue: Celery,
        timeout_seconds: float,
        waiting: BoundedSemaphore | None = None,
    ) -> None:
        self._redis = connect(redis_url)
        self._queue = queue
        self._timeout_seconds = timeout_seconds
        self._waiting = waiting or BoundedSemaphore(MOST_WAITING)

    def close(self) -> None:
        self._redis.close()

    def find_faces(
        self,
        picture: bytes,
        pack: str | None = None,
        detection: DetectionMode = DetectionMode.NORMAL,
    ) -> Answer:
        """The faces of an encoded picture by a pack, or by the worker's default.

        Raises PictureRefused or LaneUnavailable.
        """
        return read_faces(self._ask(Question(picture, pack, detection=detection)))

    def draw_faces(
        self,
        picture: bytes,
        pack: str | None = None,
        detection: DetectionMode = DetectionMode.NORMAL,
    ) -> bytes:
        """The picture as a JPEG file with its faces drawn in; raises what `find_faces` does."""
        question = Question(picture, pack, must_draw=True, detection=detection)
        return self._ask(question).removeprefix(PICTURE)

    def _ask(self, question: Question) -> bytes:
        # Each caller that waits holds a thread of the API: some must stay free for other requests.
        if not self._waiting.acquire(blocking=False):
            raise LaneUnavailable("Too many pictures are waiting for an answer. Try again soon.")
        try:
            return self._ask_worker(question)
        finally:
            self._waiting.release()

    def _ask_worker(self, question: Question) -> bytes:
        request_id = token_hex(16)
        deadline = monotonic() + self._timeout_seconds
        try:
            with self._redis.pubsub() as replies:
                subscribe(replies, reply_channel(request_id))
                self._queue.send_task(ANALYZE, args=[request_id], queue=INTERACTIVE_QUEUE)
                listen(replies, deadline)
                self._redis.publish(question_channel(request_id), write_question(question))
                answer = listen(replies, deadline)
        except (RedisError, OperationalError) as error:
            raise LaneUnavailable("The queue is unavailable. Try again in a moment.") from error
        if answer.startswith(REFUSED):
            raise read_refusal(answer)
        if answer.startswith(NO_PACK):
            raise LaneUnavailable(
                f"The interactive worker does not have the pack {question.pack!r}. Choose another, "
                "or have its files installed there."
            )
        return answer
