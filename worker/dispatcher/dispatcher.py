"""The small process that keeps work moving: it fills the window of hints, rescues chunks whose
leases expired, pauses and closes jobs, and removes erased ones.

Several may run, and any may be killed at any time: everything they do is decided in SQL.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from time import monotonic

from celery import Celery
from sqlalchemy.exc import DBAPIError

from db.chunks.crashes import rescue_chunk
from db.chunks.leases import read_expired_leases
from db.counters import Counter, count
from db.counts.cube import FOLDED_AT_ONCE, fold_deltas
from db.engine import Database
from db.jobs.announcing import announce_step, read_reached_steps
from db.jobs.closing import close_job, read_jobs_to_close
from db.jobs.due_work import Due, read_due_work
from db.jobs.pausing import pause_if_known, pause_job, read_jobs_to_pause, read_sampled_jobs
from db.processes import HEARTBEAT_SECONDS, prune_processes, record_heartbeat, remove_process
from db.states import ProcessRole
from worker.dispatcher.erasing import SWEEP_SECONDS, Eraser
from worker.dispatcher.pack_checks import CHECK_SECONDS, PackChecks
from worker.dispatcher.parts import Part
from worker.dispatcher.webhooks import WebhookSender
from worker.outages import OutageLog
from worker.queue.hints import HintWindow
from worker.sources.store import Store

logger = logging.getLogger(__name__)

TURN_SECONDS = 0.25
# While workers work, the window is refilled before they run out of hints, and jobs end soon.
BUSY_SECONDS = 0.1
# How often the cube is brought up to date: deltas that come close together cost what one does.
# What is not folded yet makes audience queries slower.
FOLD_SECONDS = 0.5
# The part of a turn spent on it.
FOLDING_SECONDS = 0.1
ANNOUNCEMENT_SECONDS = 2.0
# How often it is decided whether running jobs continue.
PAUSE_SECONDS = 1.0


class Dispatcher:
    """Takes a turn every quarter of a second until it is stopped, and more often while workers
    work. A turn does those of its parts for which there is work."""

    def __init__(
        self,
        database: Database,
        queue: Celery,
        store: Store,
        resend_seconds: float,
        pause_after_failures: int = 0,
        draft_seconds: float = 7 * 86400.0,
        audit_days: float = 0.0,
        webhook_hosts: Collection[str] = (),
        outages: OutageLog | None = None,
    ) -> None:
        self._database = database
        self._outages = outages or OutageLog("database")
        self._is_unavailable = False
        self._window = HintWindow(database, queue, resend_seconds)
        self._pause_after_failures = pause_after_failures
        self._eraser = Eraser(database, store, draft_seconds, audit_days, self._try)
        self._name = f"dispatcher@{socket.gethostname()}:{os.getpid()}"
        self._webhooks = WebhookSender(database, webhook_hosts)
        self._due: Collection[Due] = ()
        self._parts = self._list_parts()

    def _list_parts(self) -> tuple[Part, ...]:
        return (
            Part(self._send_heartbeat, HEARTBEAT_SECONDS),
            Part(self._rescue, when=Due.EXPIRED_LEASES),
            Part(self._pause, PAUSE_SECONDS, when=Due.WAITING),
            Part(self._stop_known, PAUSE_SECONDS, when=Due.WAITING),
            Part(PackChecks(self._database).run, CHECK_SECONDS),
            Part(self._window.fill, when=Due.WAITING),
            Part(self._close, when=Due.ENDED_JOBS),
            Part(self._announce, ANNOUNCEMENT_SECONDS),
            Part(self._webhooks.send_due, when=Due.MESSAGES),
            Part(self._fold, FOLD_SECONDS, when=Due.DELTAS),
            Part(self._eraser.expire, when=Due.ERASURES),
            Part(self._eraser.erase, when=Due.ERASURES),
            Part(self._eraser.sweep, SWEEP_SECONDS),
        )

    def run(self, stopped: threading.Event) -> None:
        """Work until `stopped`; while the database is unavailable, keep trying."""
        while not stopped.wait(BUSY_SECONDS if self._has_work else TURN_SECONDS):
            self.take_turn()
        self._webhooks.close()
        # If the database is unavailable, the age of the row shows that this process is gone.
        with suppress(DBAPIError), self._database.write() as session:
            remove_process(session, self._name)

    @property
    def _has_work(self) -> bool:
        return Due.WAITING in self._due or Due.LEASED in self._due

    def take_turn(self) -> None:
        """Do what is due. A part that fails is tried again in the next turn, and does not stop the
        others."""
        self._is_unavailable = False
        self._try(self._find_due_work)
        for part in self._parts:
            self._try(partial(part.run_if_due, self._due))
        if not self._is_unavailable:
            self._outages.note_return()

    def _find_due_work(self) -> None:
        # While that cannot be known, there is nothing to do.
        self._due = ()
        with self._database.read() as session:
            self._due = read_due_work(session)

    def _try(self, part: Callable[[], object]) -> None:
        try:
            part()
        except DBAPIError as error:
            self._is_unavailable = self._outages.note_refusal(error) or self._is_unavailable
        except Exception:
            logger.exception("a part of a turn failed")

    def _send_heartbeat(self) -> None:
        with self._database.write() as session:
            record_heartbeat(session, self._name, ProcessRole.DISPATCHER, slots=1)
            prune_processes(session)

    def _rescue(self) -> None:
        with self._database.read() as session:
            expired = read_expired_leases(session)
        for chunk_id, token in expired:
            with self._database.write() as session:
                if rescue_chunk(session, chunk_id, token, seen=False):
                    count(session, Counter.LEASES_EXPIRED)
                    logger.warning("lease expired", extra={"chunk_id": chunk_id})

    def _pause(self) -> None:
        with self._database.read() as session:
            failing = read_jobs_to_pause(session, self._pause_after_failures)
        for job_id in failing:
            with self._database.write() as session:
                if pause_job(session, job_id):
                    logger.warning("job paused", extra={"job_id": job_id})

    def _stop_known(self) -> None:
        with self._database.read() as session:
            sampled = read_sampled_jobs(session)
        for job_id in sampled:
            with self._database.write() as session:
                if pause_if_known(session, job_id):
                    logger.info("share known", extra={"job_id": job_id})

    def _close(self) -> None:
        with self._database.read() as session:
            over = read_jobs_to_close(session)
        for job_id in over:
            with self._database.write() as session:
                state = close_job(session, job_id)
            if state is not None:
                logger.info("job closed", extra={"job_id": job_id, "state": state.value})

    def _announce(self) -> None:
        with self._database.read() as session:
            reached = read_reached_steps(session)
        for job_id, step in reached:
            with self._database.write() as session:
                announce_step(session, job_id, step)

    def _fold(self) -> None:
        """Bring the cube up to date; what takes too long is left to the next turns."""
        deadline = monotonic() + FOLDING_SECONDS
        while monotonic() < deadline:
            with self._database.write() as session:
                if fold_deltas(session) < FOLDED_AT_ONCE:
                    return
