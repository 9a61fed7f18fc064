"""A worker in the test's own process: the real task body with real models."""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import repeat
from pathlib import Path

from redis import Redis

from db.chunks.window import choose_hints
from db.engine import Database
from db.item_values import ClaimedChunk, ClaimedItem, NewItem, StoredItem
from db.job_values import JobOptions, NewJob
from db.jobs.closing import close_job, read_jobs_to_close
from db.results.filters import ResultFilter
from db.results.reading import read_results
from db.states import ChunkKind
from db.submissions.drafts import accept_job
from models.nets.analyzer import Analyzer
from tests.support.models.remembered import open_remembered
from worker.chunks.claiming import Claimer
from worker.chunks.runner import ChunkRunner
from worker.lease import HeldChunk, LeaseTerms
from worker.packs.analyzers import Analyzers, share_analyzer
from worker.queue.broker import INTERACTIVE_QUEUE
from worker.runners import make_chunk_runner
from worker.settings import Settings
from worker.sources.reader import Sources
from worker.stages import StageTimes
from worker.traces.tracing import Tracing


@cache
def open_analyzer(weights_dir: Path) -> Analyzer:
    return open_remembered(weights_dir)


def open_analyzers(settings: Settings, analyzer: Analyzer | None = None) -> Analyzers:
    """One analyzer for every pack, by default that of the default pack."""
    return share_analyzer(settings, analyzer or open_analyzer(settings.weights_dir))


def open_worker(
    settings: Settings,
    database: Database,
    analyzer: Analyzer | None = None,
    is_ending: Callable[[], bool] = lambda: False,
    work_seconds: float = 60.0,
    tracing: Tracing | None = None,
) -> ChunkRunner:
    opened = open_analyzers(settings, analyzer)
    terms = LeaseTerms(settings.lease_seconds, work_seconds, is_ending)
    claimer = Claimer(database, terms, opened)
    sources = Sources.from_settings(settings)
    return make_chunk_runner(settings, claimer, opened, sources, tracing=tracing)


class LooseChunk(HeldChunk):
    """A chunk without a lease, for tests of what is done with it; it stops when `stops` says so."""

    def __init__(self, chunk: ClaimedChunk, stops: Iterable[bool] = repeat(False)) -> None:
        self.chunk = chunk
        self._stops = iter(stops)
        self.times = StageTimes()
        self.was_stopped = False

    def renew(self) -> None:
        pass

    def should_stop(self) -> bool:
        self.was_stopped = self.was_stopped or next(self._stops)
        return self.was_stopped


def make_chunk(
    *items: ClaimedItem, kind: ChunkKind = ChunkKind.ITEMS, **options: object
) -> ClaimedChunk:
    """As if it had been claimed."""
    return ClaimedChunk(1, 1, "token", JobOptions(**options), items, kind=kind)  # type: ignore[arg-type]


def work_until_done(
    settings: Settings, database: Database | None = None, analyzer: Analyzer | None = None
) -> None:
    """Work on every waiting chunk, and close the jobs; on the settings' database by default."""
    if database is None:
        own = Database(settings.database_url)
        work_until_done(settings, own)
        own.close()
        return
    worker = open_worker(settings, database, analyzer)
    while True:
        with database.write() as session:
            chunk_ids = choose_hints(session, 1000, resend_seconds=-1)
        if not chunk_ids:
            break
        for chunk_id in chunk_ids:
            worker.run(chunk_id, "task")
    with database.write() as session:
        for job_id in read_jobs_to_close(session):
            close_job(session, job_id)


def take_request_id(client: Redis, timeout_seconds: int) -> str | None:
    """Take the next request id from the queue, as Celery does."""
    taken = client.blpop([INTERACTIVE_QUEUE], timeout=timeout_seconds)
    if taken is None:
        return None
    assert len(taken[1]) < 2000, "only an id travels in the queue"
    body = json.loads(base64.b64decode(json.loads(taken[1])["body"]))
    return str(body[0][0])


def read_all(database: Database, job_id: int) -> dict[str, StoredItem]:
    with database.read() as session:
        items = read_results(session, job_id, ResultFilter(), after=-1, limit=1000)
    return {item.name: item for item in items}


def submit_files(database: Database, paths: Sequence[Path], options: JobOptions) -> int:
    """A job of these files; its number."""
    items = [NewItem(path.name, path.as_uri()) for path in paths]
    with database.write() as session:
        return accept_job(session, NewJob(options=options), items, 32)
