"""The words of each lifecycle: the same in Python, SQL and JSON."""

from enum import StrEnum


class JobState(StrEnum):
    """Where a submission stands."""

    DRAFT = "draft"  # open for appends
    QUEUED = "queued"  # complete, no chunk claimed yet
    RUNNING = "running"  # at least one chunk was claimed
    PAUSED = "paused"  # waits for a person: its first items all failed alike
    CANCELLING = "cancelling"  # asked to stop, a worker still holds a chunk
    COMPLETED = "completed"  # every item done
    COMPLETED_WITH_ERRORS = "completed_with_errors"  # some items failed
    FAILED = "failed"  # every item failed
    CANCELLED = "cancelled"  # stopped before its end


LIVE_JOB_STATES = (
    JobState.DRAFT,
    JobState.QUEUED,
    JobState.RUNNING,
    JobState.PAUSED,
    JobState.CANCELLING,
)


class ItemState(StrEnum):
    """Where one image or video stands."""

    WAITING = "waiting"  # not analyzed yet
    DONE = "done"  # analyzed, with any number of faces
    FAILED = "failed"  # given up, with a code and a sentence
    CANCELLED = "cancelled"  # its job was cancelled first


class ChunkState(StrEnum):
    """Where a run of items stands."""

    WAITING = "waiting"  # free to be claimed
    LEASED = "leased"  # a worker holds it until its lease ends
    CUT = "cut"  # a video that waits for its segments
    DONE = "done"  # recorded
    SPLIT = "split"  # replaced by its parts
    CANCELLED = "cancelled"  # its job was cancelled first


class ChunkKind(StrEnum):
    """What is to be done with a chunk."""

    ITEMS = "items"  # its items are to be read, and a video among them to be cut
    SEGMENT = "segment"  # some frames of a video
    JOIN = "join"  # the segments of a video are to become tracks


class ErrorCode(StrEnum):
    """Why an item failed."""

    UNREADABLE = "unreadable"  # broken, truncated, or not a picture
    TOO_LARGE = "too_large"  # over the limit on bytes or pixels
    UNSUPPORTED = "unsupported"  # a format that is recognized but not analyzed
    NOT_FOUND = "not_found"  # its source does not exist
    FORBIDDEN_SOURCE = "forbidden_source"  # outside what the operator allows
    FETCH_FAILED = "fetch_failed"  # its server did not deliver, however often it was asked
    WORKER_CRASHED = "worker_crashed"  # it stopped its worker, each time it was tried
    INTERNAL = "internal"  # a fault of ours, logged with its traceback


class ProcessRole(StrEnum):
    """What a live process does."""

    BULK = "bulk"  # works on the chunks of jobs
    INTERACTIVE = "interactive"  # answers /v1/analyze
    DISPATCHER = "dispatcher"  # sends hints, reaps leases, closes jobs
