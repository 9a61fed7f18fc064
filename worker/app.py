"""The Celery application of a worker: its tasks, and what happens in each of its processes."""

import os
import signal
import warnings
from functools import cache
from typing import Any

from billiard.exceptions import TimeLimitExceeded
from celery import Celery, Task, bootsteps
from celery.platforms import SecurityWarning
from celery.signals import (
    task_failure,
    worker_process_init,
    worker_process_shutdown,
    worker_shutting_down,
)
from celery.worker import WorkController

from models.graphs.providers import ACCELERATORS
from worker.lease import LeaseTerms
from worker.main_process import MainProcess
from worker.queue.broker import ANALYZE, RUN_CHUNK, create_queue
from worker.runners import MakeRunners, Runners, make_runners, open_or_end
from worker.settings import Settings
from worker.shutdown import ShutdownFlag
from worker.watchdog import STUCK_STATUS

# A child that has worked this long makes room for a fresh one; on a GPU, opening the models costs
# too much.
CHUNKS_PER_CHILD = 500
OVERTIME_SECONDS = 2.0
# TensorRT may build the engines of a pack for this long when it first sees a GPU.
BUILD_SECONDS = 1800


def create_app(settings: Settings, make_runners: MakeRunners = make_runners) -> Celery:
    """An application whose pool children run what `make_runners` makes in each of them."""
    # Celery warns of root because of pickled messages; ours are JSON, and containers run as root.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app = create_queue(settings.redis_url)
    if settings.provider in ACCELERATORS:
        # A device does not survive a fork: each child is an interpreter of its own.
        app.conf.worker_pool_start_method = "spawn"
        app.conf.worker_proc_alive_timeout = BUILD_SECONDS
    else:
        app.conf.worker_max_tasks_per_child = CHUNKS_PER_CHILD
    flag = ShutdownFlag()
    _set_up_children(app, settings, flag, make_runners)
    _set_up_main(app, MainProcess(settings, flag))
    return app


def _set_up_children(
    app: Celery, settings: Settings, flag: ShutdownFlag, make_runners: MakeRunners
) -> None:
    @cache
    def open_runners() -> Runners:
        # Work stops long before Celery kills the process, which would lose what is done.
        work_seconds = app.conf.task_time_limit / 2
        return make_runners(settings, LeaseTerms(settings.lease_seconds, work_seconds, flag.is_set))

    def open_working() -> Runners:
        runners = open_runners()
        if not runners.models_work():
            # A new process opens the models again. Nothing is claimed yet.
            os._exit(STUCK_STATUS)
        return runners

    @app.task(name=RUN_CHUNK, bind=True)
    def run_chunk(self: Task, chunk_id: int) -> None:
        """Work on a chunk; only its number travels, and a number may come twice."""
        runners = open_working()
        chunks = runners.chunks
        chunks.run(chunk_id, self.request.id)
        if chunks.is_stuck:
            # Its chunk is recorded or released. Threads in native code would keep a gentler end
            # waiting.
            os._exit(STUCK_STATUS)

    # By then, the caller has been told that no worker answered.
    @app.task(name=ANALYZE, time_limit=settings.analyze_timeout_seconds + OVERTIME_SECONDS)
    def analyze(request_id: str) -> None:
        """Answer one picture of /v1/analyze, whose pixels never lie in a queue."""
        interactive = open_working().interactive
        interactive.answer(request_id)
        if interactive.is_stuck:
            os._exit(STUCK_STATUS)

    def start_child(**_: Any) -> None:
        # A signal to the whole process group is for the main process, which asks children to stop.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        flag.open()
        # The models are opened, and warm, before the first chunk is claimed.
        open_or_end(open_runners, flag.is_set)

    def end_child(**_: Any) -> None:
        open_runners().close()

    worker_process_init.connect(start_child, weak=False)
    worker_process_shutdown.connect(end_child, weak=False)


def _set_up_main(app: Celery, process: MainProcess) -> None:
    def rescue(
        sender: Task, task_id: str, args: tuple[Any, ...], exception: BaseException, **_: Any
    ) -> None:
        if sender.name == RUN_CHUNK:
            process.rescue(args[0], task_id, timed_out=isinstance(exception, TimeLimitExceeded))

    def shut_down(**_: Any) -> None:
        process.shut_down()

    task_failure.connect(rescue, weak=False)
    worker_shutting_down.connect(shut_down, weak=False)
    app.steps["worker"].add(_make_step(process))


def _make_step(process: MainProcess) -> type[bootsteps.StartStopStep]:
    """Celery makes the steps of its main process itself, from classes: this one calls `process`."""

    class MainProcessStep(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
        requires = ("celery.worker.components:Pool",)

        def __init__(self, worker: WorkController, **_: Any) -> None:
            process.prepare()

        def start(self, worker: WorkController) -> None:
            process.start(worker)

        def stop(self, worker: WorkController) -> None:
            process.stop()

    return MainProcessStep
