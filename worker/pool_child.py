"""A child of the pool: what its tasks do."""

import os
import signal
from functools import cached_property
from typing import Any

from celery import Celery

from worker.lease import LeaseTerms
from worker.runners import MakeRunners, Runners, open_or_end
from worker.settings import Settings
from worker.shutdown import ShutdownFlag
from worker.watchdog import STUCK_STATUS


class PoolChild:
    """Opens its runners once, after the fork. A child whose models or device fail ends: another
    process takes its place."""

    def __init__(
        self, app: Celery, settings: Settings, flag: ShutdownFlag, make_runners: MakeRunners
    ) -> None:
        self._app = app
        self._settings = settings
        self._flag = flag
        self._make_runners = make_runners

    @cached_property
    def _runners(self) -> Runners:
        # Work stops long before Celery kills the process, which would lose what is done.
        work_seconds = self._app.conf.task_time_limit / 2
        terms = LeaseTerms(self._settings.lease_seconds, work_seconds, self._flag.is_set)
        return self._make_runners(self._settings, terms)

    def start(self, **_: Any) -> None:
        # A signal to the whole process group is for the main process, which asks children to stop.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._flag.open()
        # The models are opened, and warm, before the first chunk is claimed.
        open_or_end(lambda: self._runners, self._flag.is_set)

    def end(self, **_: Any) -> None:
        self._runners.close()

    def run_chunk(self, chunk_id: int, task_id: str) -> None:
        chunks = self._require_models().chunks
        chunks.run(chunk_id, task_id)
        if chunks.is_stuck:
            # Its chunk is recorded or released. Threads in native code would keep a gentler end
            # waiting.
            os._exit(STUCK_STATUS)

    def analyze(self, request_id: str) -> None:
        interactive = self._require_models().interactive
        interactive.answer(request_id)
        if interactive.is_stuck:
            os._exit(STUCK_STATUS)

    def _require_models(self) -> Runners:
        if not self._runners.models_work():
            # A new process opens the models again. Nothing is claimed yet.
            os._exit(STUCK_STATUS)
        return self._runners
