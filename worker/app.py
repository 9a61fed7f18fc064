"""The Celery application that a worker runs: `celery --app worker.app worker`, as `facetally
worker` does.

The main process opens no net and keeps no connection: its children, made by a fork or anew, open
their own.
"""

import logging
import os
import signal
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from celery import Celery, Task, bootsteps
from celery.platforms import SecurityWarning
from celery.signals import task_failure, worker_process_init, worker_shutting_down
from celery.worker import WorkController
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.chunks.crashes import rescue_chunk
from db.chunks.release import release_chunks_of
from db.engine import Database
from db.processes import HEARTBEAT_SECONDS, record_heartbeat, remove_process
from db.states import ProcessRole
from models.nets.analyzer import Analyzer, load_analyzer
from worker.chunks.ending import Ending, EndSign
from worker.chunks.runner import ChunkWorker
from worker.logs import configure_logging
from worker.pictures.analysis import Analysis
from worker.queue.broker import ANALYZE, INTERACTIVE_QUEUE, RUN_CHUNK, create_queue
from worker.queue.lane import InteractiveWorker
from worker.settings import Settings
from worker.sources.reader import Sources

logger = logging.getLogger(__name__)

# A child that has worked this long makes room for a fresh one; on a GPU, opening nets costs too
# much.
CHUNKS_PER_CHILD = 500

# Celery warns of root because of pickled messages; ours are JSON, and containers run as they do.
warnings.filterwarnings("ignore", category=SecurityWarning)
settings = Settings.from_env()
configure_logging()
app: Celery = create_queue(settings.redis_url)
if settings.provider == "cuda":
    # CUDA does not survive a fork: each child is an interpreter of its own.
    app.conf.worker_pool_start_method = "spawn"
else:
    app.conf.worker_max_tasks_per_child = CHUNKS_PER_CHILD
end_sign = EndSign()


@app.task(name=RUN_CHUNK, bind=True)
def run_chunk(self: Task, chunk_id: int) -> None:
    """Work on a chunk; only its number travels, and a number may come twice."""
    _open_chunk_worker().run(chunk_id, self.request.id)


@app.task(name=ANALYZE)
def analyze(request_id: str) -> None:
    """Answer one picture of /v1/analyze, whose pixels never lie in a queue."""
    _open_interactive_worker().answer(request_id)


@worker_process_init.connect
def open_nets(**_: Any) -> None:
    """Open the nets in each new child, before its first chunk is claimed."""
    # A signal that goes to a whole group of processes is for the main one, which tells the others.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_sign.find()
    _open_analyzer()


@cache
def _open_analyzer() -> Analyzer:
    return load_analyzer(
        settings.weights_dir,
        provider=settings.provider,
        detection_side=settings.detection_side,
        score_threshold=settings.score_threshold,
        smallest_face_pixels=settings.smallest_face_pixels,
    )


@cache
def _open_chunk_worker() -> ChunkWorker:
    analysis = Analysis(settings, _open_analyzer(), Sources.from_settings(settings))
    database = Database(settings.database_url)
    # Slow sources are no reason for a process to be killed, and what it has done to be lost.
    work_seconds = app.conf.task_time_limit / 2
    return ChunkWorker(settings, database, analysis, end_sign.is_given, work_seconds)


@cache
def _open_interactive_worker() -> InteractiveWorker:
    return InteractiveWorker(settings, _open_analyzer())


@task_failure.connect
def take_back_chunk(sender: Task, task_id: str, args: tuple[Any, ...], **_: Any) -> None:
    """A child died, or hung for too long: its chunk is free again at once, not at its lease's
    end."""
    if sender.name == RUN_CHUNK and not _open_ending().is_overdue:
        # Where the database is away, the lease ends by itself.
        with suppress(DBAPIError), _write_briefly() as session:
            rescue_chunk(session, args[0], f"{task_id}:", seen=True)


@worker_shutting_down.connect
def end_soon(**_: Any) -> None:
    """A signal asks this worker to end."""
    _open_ending().ask()


@cache
def _open_ending() -> Ending:
    return Ending(end_sign, settings.stop_grace_seconds, _give_back)


def _give_back() -> None:
    with suppress(DBAPIError), _write_briefly() as session:
        release_chunks_of(session, f"{socket.gethostname()}:{os.getpid()}")


@contextmanager
def _write_briefly() -> Iterator[Session]:
    """A transaction of the main process; no connection of it may be open when it forks a child."""
    database = Database(settings.database_url)
    try:
        with database.write() as session:
            yield session
    finally:
        database.close()


class Beat(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery publishes no types
    """Shows in SQL that this worker is alive, from the loop that also feeds its children."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: WorkController, **_: Any) -> None:
        self._name = f"worker@{socket.gethostname()}:{os.getpid()}"
        self._timer: Any = None

    def start(self, worker: WorkController) -> None:
        self._beat(worker)
        self._timer = worker.timer.call_repeatedly(HEARTBEAT_SECONDS, self._beat, (worker,))

    def stop(self, worker: WorkController) -> None:
        self._timer.cancel()
        # Where the database is away, the row tells by its age that this worker is gone.
        with suppress(DBAPIError), _write_briefly() as session:
            remove_process(session, self._name)

    def _beat(self, worker: WorkController) -> None:
        interactive = INTERACTIVE_QUEUE in worker.app.amqp.queues.consume_from
        role = ProcessRole.INTERACTIVE if interactive else ProcessRole.BULK
        try:
            with _write_briefly() as session:
                record_heartbeat(session, self._name, role, worker.concurrency)
        except DBAPIError as error:
            logger.warning("database refused a sign of life", extra={"error": str(error.orig)})


class End(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery publishes no types
    """Prepares the main process for its end, before it has children."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: WorkController, **_: Any) -> None:
        end_sign.put_up()

    def start(self, worker: WorkController) -> None:
        # Ctrl-C asks as SIGTERM does; Celery's own second one would cut children off.
        signal.signal(signal.SIGINT, signal.getsignal(signal.SIGTERM))

    def stop(self, worker: WorkController) -> None:
        end_sign.take_down()


app.steps["worker"].add(Beat)
app.steps["worker"].add(End)
