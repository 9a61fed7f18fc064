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
from sqlalchemy.orm import Session

from db.access.audit import prune_entries, record_entry
from db.access.audit_values import Action, NewEntry
from db.chunks.crashes import rescue_chunk
from db.chunks.leases import read_expired_leases
from db.counters import Counter, count
from db.counts.cube import FOLDED_AT_ONCE, fold_deltas
from db.embeddings import discard_left_embeddings
from db.engine import Database
from db.jobs.announcing import announce_step, read_reached_steps
from db.jobs.closing import close_job, read_jobs_to_close
from db.jobs.due_work import Due, read_due_work
from db.jobs.erasure import (
    ErasedJob,
    erase_abandoned_drafts,
    erase_job,
    finish_erasure,
    read_jobs_to_erase,
    read_jobs_to_expire,
    remove_erased,
)
from db.jobs.owners import read_tenant_of_job
from db.jobs.pausing import pause_if_known, pause_job, read_jobs_to_pause, read_sampled_jobs
from db.processes import HEARTBEAT_SECONDS, prune_processes, record_heartbeat, remove_process
from db.reach import DEFAULT_TENANT
from db.states import ProcessRole
from db.submissions.loose_folders import forget_folder, take_abandoned_folders
from db.webhooks.messages import prune_messages
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
SWEEP_SECONDS = 10.0
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
        self._store = store
        self._pause_after_failures = pause_after_failures
        self._draft_seconds = draft_seconds
        self._audit_days = audit_days
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
            Part(self._expire, when=Due.ERASURES),
            Part(self._erase, when=Due.ERASURES),
            Part(self._sweep, SWEEP_SECONDS),
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

    def _expire(self) -> None:
        with self._database.read() as session:
            expired = read_jobs_to_expire(session)
        for job_id in expired:
            with self._database.write() as session:
                erase_job(session, job_id)
                record_entry(session, _describe_expiry(session, job_id))
            logger.info("job expired", extra={"job_id": job_id})

    def _erase(self) -> None:
        """Remove one batch of each erased job, so that a large one delays no other."""
        with self._database.read() as session:
            erased = read_jobs_to_erase(session)
        for job in erased:
            # A store that fails to remove the files of one job must not keep those of another.
            self._try(partial(self._erase_some, job))

    def _erase_some(self, job: ErasedJob) -> None:
        with self._database.write() as session:
            if not remove_erased(session, job.id):
                return
        # The uploads are removed once all rows are gone.
        for folder in job.store_folders:
            self._store.remove_folder(folder)
        with self._database.write() as session:
            is_gone = finish_erasure(session, job.id)
        if is_gone:
            logger.info("job erased", extra={"job_id": job.id})

    def _sweep(self) -> None:
        """Remove what was left behind: what requests stored whose API died before it accepted their
        jobs, drafts that nobody adds to, and old entries of the audit log."""
        with self._database.write() as session:
            abandoned = take_abandoned_folders(session)
            drafts = erase_abandoned_drafts(session, self._draft_seconds)
            prune_entries(session, self._audit_days)
            prune_messages(session)
            left = discard_left_embeddings(session)
        if left:
            logger.error("embeddings of ended jobs removed", extra={"jobs": left})
        for job_id in drafts:
            logger.info("abandoned draft erased", extra={"job_id": job_id})
        for folder in abandoned:
            self._try(partial(self._remove_abandoned, folder))

    def _remove_abandoned(self, folder: str) -> None:
        self._store.remove_folder(folder)
        with self._database.write() as session:
            forget_folder(session, folder)
        logger.warning("abandoned upload removed", extra={"folder": folder})

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


def _describe_expiry(session: Session, job_id: int) -> NewEntry:
    tenant = read_tenant_of_job(session, job_id) or DEFAULT_TENANT
    return NewEntry(tenant, "dispatcher", Action.EXPIRE, f"job {job_id}", "", "")
