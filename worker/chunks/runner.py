"""A chunk's way through a worker: it is claimed, analyzed and recorded."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from db.item_values import ItemResult
from db.results.recording import record_results
from db.states import ChunkKind
from models.errors import DeviceLost, ModelUnavailable
from worker.chunks.claiming import Claimer
from worker.lease import HeldChunk, LeaseLost
from worker.people.runner import PeopleRunner
from worker.pictures.analysis import PictureAnalysis
from worker.videos.runner import VideoRunner
from worker.watchdog import Watchdog

if TYPE_CHECKING:
    from worker.traces.tracing import Tracing

logger = logging.getLogger(__name__)


class ChunkRunner:
    """Works on one chunk after another; opened once per process, after the fork."""

    def __init__(
        self,
        claimer: Claimer,
        pictures: PictureAnalysis,
        videos: VideoRunner,
        people: PeopleRunner,
        gender_min_probability: float,
        tracing: "Tracing | None" = None,
    ) -> None:
        self._claimer = claimer
        self._tracing = tracing
        self._pictures = pictures
        self._videos = videos
        self._people = people
        self._gender_min_probability = gender_min_probability
        self._watchdog = Watchdog(claimer.lease_seconds)
        # Whether its device failed, which only the end of this process ends.
        self.is_stuck = False

    def run(self, chunk_id: int, task_id: str) -> None:
        """Claim a chunk, analyze it and record its results.

        A late or duplicate hint is ignored; after a lost lease or a fault no result is recorded.
        """
        held = self._claimer.claim(chunk_id, task_id)
        if held is None:
            return
        with bound_contextvars(**held.log_fields):
            if self._tracing is None:
                self._run(held)
            else:
                self._trace(held, self._tracing)

    def _trace(self, held: HeldChunk, tracing: "Tracing") -> None:
        with tracing.trace_chunk(held.chunk, held.times) as span:
            with bound_contextvars(trace_id=tracing.name_trace(span)):
                self._run(held)
            if not held.was_recorded:
                tracing.mark_failure(span)

    def _run(self, held: HeldChunk) -> None:
        try:
            with self._watchdog.watch(held):
                self._work_or_give_back(held)
        except LeaseLost:
            logger.info("chunk discarded, its lease was lost", extra=_describe(held))
            self._claimer.note_loss()
        except DeviceLost as error:
            logger.error("device lost, its process ends", extra={"error": str(error)})
            self.is_stuck = True
            # Others take the chunk at once.
            held.report_loss()
        except (OperationalError, InterfaceError):
            # The chunk is not to blame: it is requeued when its lease expires.
            logger.exception("results not recorded")
        except Exception:
            logger.exception("chunk failed", extra=_describe(held))
            held.report_crash()
        else:
            logger.info("chunk recorded", extra=_describe(held))

    def _work_or_give_back(self, held: HeldChunk) -> None:
        try:
            self._work(held)
        except ModelUnavailable:
            # Neither the items nor the worker are to blame: others may have the pack.
            logger.exception("pack cannot be opened", extra=_describe(held))
            self._claimer.give_back(held)

    def _work(self, held: HeldChunk) -> None:
        match held.chunk.kind:
            case ChunkKind.ITEMS:
                self._work_on_items(held)
            case ChunkKind.SEGMENT | ChunkKind.JOIN:
                self._videos.run(held)
            case ChunkKind.LINK:
                self._people.run(held)

    def _work_on_items(self, held: HeldChunk) -> None:
        results = self._analyze(held)
        # A chunk of one item may turn out to be a video: cut it under this lease.
        if len(held.chunk.items) == 1 and results and results[0].is_video:
            self._videos.run(held)
        else:
            self._record(held, results)

    def _analyze(self, held: HeldChunk) -> list[ItemResult]:
        """Results of the items in order; fewer than all where the work has to stop early."""
        if held.chunk.crashes:
            return self._analyze_carefully(held)
        return self._pictures.analyze(held.chunk.items, held)

    def _analyze_carefully(self, held: HeldChunk) -> list[ItemResult]:
        """One item at a time, each marked first; if the mark cannot be written, the item is not
        analyzed."""
        results: list[ItemResult] = []
        for item in held.chunk.items:
            held.mark_current_item(item.id)
            results += self._pictures.analyze((item,), held)
            if held.should_stop():
                break
        held.mark_current_item(None)
        return results

    def _record(self, held: HeldChunk, results: Sequence[ItemResult]) -> None:
        def record(session: Session) -> bool:
            probability = self._gender_min_probability
            return record_results(session, held.chunk, results, gender_min_probability=probability)

        held.record(record)


def _describe(held: HeldChunk) -> dict[str, object]:
    """The fields of a log line."""
    return {
        "kind": held.chunk.kind.value,
        "items": len(held.chunk.items),
        "milliseconds": round(held.elapsed_seconds * 1000),
    }
