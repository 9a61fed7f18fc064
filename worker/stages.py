"""The stages of work on a chunk, and how long each takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from time import monotonic

from db.counters import Counts, Histogram


class Stage(StrEnum):
    """A part of the work on a chunk that is measured."""

    FETCH = "fetch"  # an item to its bytes
    DECODE = "decode"  # bytes to pixels
    DETECT = "detect"  # a batch of pictures to faces
    CLASSIFY = "classify"  # a batch of faces to ages and genders
    RECORD = "record"  # the transaction that ends a chunk


class StageTimes(Counts):
    """How long each stage took, until a transaction takes them."""

    @contextmanager
    def measure(self, stage: Stage) -> Iterator[None]:
        """Measure the block, whether or not it succeeds."""
        started = monotonic()
        try:
            yield
        finally:
            self.observe(Histogram.STAGE_SECONDS, monotonic() - started, stage)
