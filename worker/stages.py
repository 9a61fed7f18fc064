"""The stages of work on a chunk, and how long each takes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic

from db.counters import Counts, Histogram


class Stage(StrEnum):
    """A part of the work on a chunk that is measured."""

    FETCH = "fetch"  # an item to its bytes
    DECODE = "decode"  # bytes to pixels
    DETECT = "detect"  # a batch of pictures to faces
    CLASSIFY = "classify"  # a batch of faces to ages and genders
    EMBED = "embed"  # a batch of faces to embeddings, in a job that asks for people
    RECORD = "record"  # the transaction that ends a chunk


@dataclass(slots=True)
class StageNote:
    """When a stage first began and last ended by the monotonic clock, how long it took in all, and
    how often it came."""

    first: float
    last: float
    seconds: float = 0.0
    count: int = 0


class StageTimes(Counts):
    """How long each stage took, until a transaction takes them; for traces, also when."""

    def __init__(self) -> None:
        super().__init__()
        self._notes: dict[Stage, StageNote] | None = None

    def begin_notes(self) -> None:
        """Note from now on when each stage begins and ends."""
        self._notes = {}

    def take_notes(self) -> Mapping[Stage, StageNote]:
        """What was noted; no more is from now on."""
        taken, self._notes = self._notes, None
        return taken or {}

    @contextmanager
    def measure(self, stage: Stage) -> Iterator[None]:
        """Measure the block, whether or not it succeeds."""
        started = monotonic()
        try:
            yield
        finally:
            ended = monotonic()
            self.observe(Histogram.STAGE_SECONDS, ended - started, stage)
            if self._notes is not None:
                self._note(self._notes, stage, started, ended)

    def _note(
        self, notes: dict[Stage, StageNote], stage: Stage, started: float, ended: float
    ) -> None:
        with self._lock:
            note = notes.setdefault(stage, StageNote(started, ended))
            note.first, note.last = min(note.first, started), max(note.last, ended)
            note.seconds += ended - started
            note.count += 1
