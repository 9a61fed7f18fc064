"""The states and kinds of things: the same words in Python, SQL and JSON."""

from enum import StrEnum


class JobState(StrEnum):
    """The state of a job."""

    DRAFT = "draft"  # items can be added
    QUEUED = "queued"  # complete; no chunk was claimed yet
    RUNNING = "running"  # at least one chunk was claimed
    PAUSED = "paused"  # its first items all failed alike; waits for a person
    CANCELLING = "cancelling"  # being cancelled; a chunk is still leased
    COMPLETED = "completed"  # every item done
    COMPLETED_WITH_ERRORS = "completed_with_errors"  # some items failed
    FAILED = "failed"  # every item failed
    CANCELLED = "cancelled"  # cancelled before its end


LIVE_JOB_STATES = (
    JobState.DRAFT,
    JobState.QUEUED,
    JobState.RUNNING,
    JobState.PAUSED,
    JobState.CANCELLING,
)


class ItemState(StrEnum):
    """The state of one picture or video."""

    WAITING = "waiting"  # not analyzed yet
    DONE = "done"  # analyzed, with any number of faces
    FAILED = "failed"  # given up, with a code and a message
    CANCELLED = "cancelled"  # its job was cancelled before it was analyzed


class ChunkState(StrEnum):
    """The state of a chunk, a run of items."""

    WAITING = "waiting"  # can be claimed
    LEASED = "leased"  # claimed by a worker, until its lease runs out
    CUT = "cut"  # a video whose segments are analyzed
    DONE = "done"  # recorded
    SPLIT = "split"  # replaced by sub-chunks
    CANCELLED = "cancelled"  # its job was cancelled first


class ChunkKind(StrEnum):
    """What a worker does with a chunk."""

    ITEMS = "items"  # analyze its pictures, and cut a video among them
    SEGMENT = "segment"  # analyze some frames of a video
    JOIN = "join"  # join the segments of a video into tracks
    LINK = "link"  # link the faces of a job to people


class ErrorCode(StrEnum):
    """Why an item failed; a new code needs a measure, appended in `db/counts/totals.py`."""

    UNREADABLE = "unreadable"  # broken, truncated, or not a picture
    TOO_LARGE = "too_large"  # exceeds the limit on bytes or pixels
    UNSUPPORTED = "unsupported"  # a format that is recognized but not analyzed
    NOT_FOUND = "not_found"  # there is nothing at its address
    FORBIDDEN_SOURCE = "forbidden_source"  # the operator does not allow its address
    FETCH_FAILED = "fetch_failed"  # its server did not deliver, despite retries
    TIMEOUT = "timeout"  # it took longer than the limit on one item
    WORKER_CRASHED = "worker_crashed"  # it stopped its worker at every attempt
    INTERNAL = "internal"  # a bug of ours, logged with its traceback


class PauseReason(StrEnum):
    """Why a job is paused, other than the code with which its first items failed."""

    NOT_LISTED = "not_listed"  # the files of its folder could not be listed
    REQUESTED = "requested"  # a person paused it
    KNOWN = "known"  # the share that it was to find out is known well enough
    NO_PACK = "no_pack"  # no worker has its pack, or the version that analyzed its first items


class ProcessRole(StrEnum):
    """The role of a live process."""

    BULK = "bulk"  # analyzes the chunks of jobs
    INTERACTIVE = "interactive"  # answers /v1/analyze
    DISPATCHER = "dispatcher"  # sends hints, rescues chunks, closes jobs
    API = "api"  # answers requests


class Count(StrEnum):
    """What an audience counts."""

    FACES = "faces"  # in pictures and frames
    PEOPLE = "people"  # in videos, and faces in pictures; or, where they are linked, in all
    SECONDS = "seconds"  # how long people in videos are visible
