"""The Celery application of a worker: its tasks, and what happens in each of its processes."""

import warnings
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
from worker.main_process import MainProcess
from worker.pool_child import PoolChild
from worker.queue.broker import ANALYZE, RUN_CHUNK, create_queue
from worker.runners import MakeRunners, make_runners
from worker.settings import Settings
from worker.shutdown import ShutdownFlag

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
    _set_up_children(app, settings, PoolChild(app, settings, flag, make_runners))
    _set_up_main(app, MainProcess(settings, flag))
    return app


def _set_up_children(app: Celery, settings: Settings, child: PoolChild) -> None:
    @app.task(name=RUN_CHUNK, bind=True)
    def run_chunk(self: Task, chunk_id: int) -> None:
        """Work on a chunk; only its number travels, and a number may come twice."""
        child.run_chunk(chunk_id, self.request.id)

    # By then, the caller has been told that no worker answered.
    @app.task(name=ANALYZE, time_limit=settings.analyze_timeout_seconds + OVERTIME_SECONDS)
    def analyze(request_id: str) -> None:
        """Answer one picture of /v1/analyze, whose pixels never lie in a queue."""
        child.analyze(request_id)

    worker_process_init.connect(child.start, weak=False)
    worker_process_shutdown.connect(child.end, weak=False)


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
