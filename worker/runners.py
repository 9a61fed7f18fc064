"""What a pool child runs: chunks of jobs, and single pictures of the interactive lane."""

import logging
import os
from collections.abc import Callable
from functools import cached_property
from time import monotonic, sleep
from typing import TYPE_CHECKING

from db.engine import Database
from models.errors import ModelUnavailable
from worker.chunks.claiming import Claimer
from worker.chunks.runner import ChunkRunner
from worker.lease import LeaseTerms
from worker.packs.analyzers import Analyzers, open_analyzers
from worker.packs.self_check import SelfCheck
from worker.people.runner import PeopleRunner
from worker.pictures.analysis import PictureAnalysis
from worker.queue.runner import InteractiveRunner
from worker.settings import Settings
from worker.sources.reader import Sources
from worker.traces.opening import open_tracing
from worker.videos.analysis import VideoAnalysis
from worker.videos.runner import VideoRunner
from worker.watchdog import STUCK_STATUS

if TYPE_CHECKING:
    from worker.traces.tracing import Tracing

logger = logging.getLogger(__name__)

# A GPU is seldom back sooner, and each try takes a second of a core.
REOPEN_SECONDS, LOOK_SECONDS = 15.0, 0.2


class Runners:
    """The runners of a pool child. Each is opened at its first task: the interactive lane answers
    even where what only chunks need, such as the store, cannot be opened."""

    def __init__(
        self,
        make_chunks: Callable[[], ChunkRunner],
        make_interactive: Callable[[], InteractiveRunner],
        models_work: Callable[[], bool] = lambda: True,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """`models_work` says whether this process may continue, and is asked before each task.
        `close` is called before an orderly end."""
        self.close = close
        self._make_chunks = make_chunks
        self._make_interactive = make_interactive
        self.models_work = models_work

    @cached_property
    def chunks(self) -> ChunkRunner:
        return self._make_chunks()

    @cached_property
    def interactive(self) -> InteractiveRunner:
        return self._make_interactive()


MakeRunners = Callable[[Settings, LeaseTerms], Runners]


def make_runners(settings: Settings, terms: LeaseTerms) -> Runners:
    """The runners of production: this opens the models of the default pack, and nothing else."""
    analyzers = open_analyzers(settings)
    check = SelfCheck(analyzers.get(settings.pack), Database(settings.database_url))

    tracing = open_tracing(settings.tracing_endpoint, "facetally-worker")

    def make_chunks() -> ChunkRunner:
        claimer = Claimer(Database(settings.database_url), terms, analyzers)
        sources = Sources.from_settings(settings)
        return make_chunk_runner(settings, claimer, analyzers, sources, tracing=tracing)

    return Runners(
        make_chunks,
        lambda: InteractiveRunner(settings, analyzers),
        check.passes,
        tracing.close if tracing else lambda: None,
    )


def open_or_end(
    open_runners: Callable[[], Runners],
    is_ending: Callable[[], bool],
    end: Callable[[int], object] = os._exit,
    pause_seconds: float = REOPEN_SECONDS,
) -> None:
    """Open the runners of a pool child, or end its process where its models cannot be opened, as on
    a device that was lost. Until it is ready it is given no task, so others do them; it ends after
    a pause, and the next one tries again."""
    try:
        open_runners()
    except ModelUnavailable as error:
        logger.error("models cannot be opened, its process ends", extra={"error": str(error)})
        deadline = monotonic() + pause_seconds
        while monotonic() < deadline and not is_ending():
            sleep(LOOK_SECONDS)
        end(STUCK_STATUS)


def make_chunk_runner(
    settings: Settings,
    claimer: Claimer,
    analyzers: Analyzers,
    sources: Sources,
    pictures: PictureAnalysis | None = None,
    tracing: "Tracing | None" = None,
) -> ChunkRunner:
    """Builds the runner. `pictures` replaces the default picture analysis, for tests and
    benchmarks."""
    return ChunkRunner(
        claimer,
        pictures or PictureAnalysis(settings, analyzers, sources),
        VideoRunner(settings, VideoAnalysis(settings, analyzers, sources)),
        PeopleRunner(settings),
        settings.gender_min_probability,
        tracing,
    )
