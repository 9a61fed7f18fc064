"""The messages of the lane of /v1/analyze, and the channels that they travel on.

Pixels and answer travel by publish and subscribe, which a broker never stores; the queue carries
only the id of the request. The API subscribes, queues the id, waits until a worker is subscribed
too, and sends the pixels.
"""

import json
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from redis.client import PubSub

from db.item_values import Failure
from db.job_values import DetectionMode
from db.states import ErrorCode
from models.errors import FacetallyError
from models.face import AgeEstimate, Box, Face, FaceQuality, Gender, Pose
from worker.queue.broker import SOCKET_SECONDS

READY = b"ready"
FACES, PICTURE, REFUSED, NO_PACK = b"faces:", b"picture:", b"refused:", b"no pack:"


class LaneUnavailable(FacetallyError):
    """No worker answered in time: start an interactive worker, or try again later."""


class PictureRefused(FacetallyError):
    """The picture cannot be analyzed, for the reason that `code` and the message give."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Question:
    """An encoded picture, the pack that analyzes it (None for the worker's default), how thoroughly
    faces are searched for, and whether the answer is the picture with its faces drawn in."""

    picture: bytes
    pack: str | None = None
    must_draw: bool = False
    detection: DetectionMode = DetectionMode.NORMAL


@dataclass(frozen=True, slots=True)
class Answer:
    """The faces of one picture, and its size in pixels as it is displayed."""

    width_pixels: int
    height_pixels: int
    faces: tuple[Face, ...]


def question_channel(request_id: str) -> str:
    return f"facetally:analyze:{request_id}:question"


def reply_channel(request_id: str) -> str:
    return f"facetally:analyze:{request_id}:reply"


def subscribe(channel: PubSub, name: str) -> None:
    """Subscribe to a channel, and wait until the broker confirms it; raises LaneUnavailable.

    Before that, a message that another connection publishes could still be missed.
    """
    channel.subscribe(name)
    _read_message(channel, "subscribe", monotonic() + SOCKET_SECONDS)


def listen(channel: PubSub, deadline: float) -> bytes:
    return bytes(_read_message(channel, "message", deadline))


def _read_message(channel: PubSub, kind: str, deadline: float) -> Any:
    while (left := deadline - monotonic()) > 0:
        message = channel.get_message(timeout=min(left, 1.0))
        if message is not None and message["type"] == kind:
            return message["data"]
    raise LaneUnavailable("No interactive worker answered in time. Try again in a moment.")


def write_question(question: Question) -> bytes:
    kind = PICTURE if question.must_draw else FACES
    return kind + f"{question.pack or ''}:{question.detection}:".encode() + question.picture


def read_question(message: bytes) -> Question:
    """The question that `write_question` wrote."""
    must_draw = message.startswith(PICTURE)
    pack, detection, picture = message.removeprefix(PICTURE if must_draw else FACES).split(b":", 2)
    return Question(picture, pack.decode() or None, must_draw, DetectionMode(detection.decode()))


def write_faces(answer: Answer) -> bytes:
    return FACES + json.dumps(asdict(answer)).encode()


def read_faces(message: bytes) -> Answer:
    """The answer that `write_faces` wrote."""
    fields: dict[str, Any] = json.loads(message.removeprefix(FACES))
    faces = tuple(
        Face(
            box=Box(**face["box"]),
            score=face["score"],
            landmarks=tuple((x, y) for x, y in face["landmarks"]),
            gender=Gender(**face["gender"]),
            age=AgeEstimate(**face["age"]),
            quality=_read_quality(face["quality"]),
            judged=face["judged"],
        )
        for face in fields["faces"]
    )
    return Answer(fields["width_pixels"], fields["height_pixels"], faces)


def _read_quality(fields: dict[str, Any]) -> FaceQuality:
    return FaceQuality(**{**fields, "pose": Pose(**fields["pose"])})


def write_refusal(failure: Failure) -> bytes:
    return REFUSED + json.dumps(asdict(failure)).encode()


def read_refusal(message: bytes) -> PictureRefused:
    """The refusal that `write_refusal` wrote, to be raised."""
    fields: dict[str, str] = json.loads(message.removeprefix(REFUSED))
    return PictureRefused(ErrorCode(fields["code"]), fields["message"])
