"""The main process of a worker: it feeds its pool children, shows that it is alive, and ends in
order."""

import logging
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from celery.worker import WorkController
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.chunks.crashes import rescue_chunk
from db.chunks.release import release_chunks_of
from db.engine import Database
from db.pack_values import PackVersion
from db.processes import HEARTBEAT_SECONDS, record_heartbeat, remove_process
from db.states import ProcessRole
from worker.packs.packs import describe_packs
from worker.queue.broker import INTERACTIVE_QUEUE
from worker.settings import Settings
from worker.shutdown import Shutdown, ShutdownFlag

logger = logging.getLogger(__name__)


class MainProcess:
    """It opens no model and keeps no connection open: its children are forked from it."""

    def __init__(self, settings: Settings, flag: ShutdownFlag) -> None:
        self._settings = settings
        self._packs: Sequence[PackVersion] = ()
        self._flag = flag
        self._shutdown = Shutdown(flag, settings.stop_grace_seconds, self._release)
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._heartbeat: Any = None

    def prepare(self) -> None:
        """Before it has children."""
        self._flag.create()
        self._packs = describe_packs(self._settings)

    def start(self, worker: WorkController) -> None:
        """Send a heartbeat from now on, from the loop that also feeds the children."""
        # Ctrl-C asks as SIGTERM does: Celery's own second one would kill the children.
        signal.signal(signal.SIGINT, signal.getsignal(signal.SIGTERM))
        # A killed one may have had this name, and other packs.
        self._remove()
        self._send_heartbeat(worker)
        self._heartbeat = worker.timer.call_repeatedly(
            HEARTBEAT_SECONDS, self._send_heartbeat, (worker,)
        )

    def _send_heartbeat(self, worker: WorkController) -> None:
        interactive = INTERACTIVE_QUEUE in worker.app.amqp.queues.consume_from
        role = ProcessRole.INTERACTIVE if interactive else ProcessRole.BULK
        try:
            with self._write_briefly() as session:
                name = f"worker@{self._name}"
                record_heartbeat(session, name, role, worker.concurrency, self._packs)
        except DBAPIError as error:
            logger.warning("database refused a heartbeat", extra={"error": str(error.orig)})

    def stop(self) -> None:
        """Before the children end."""
        self._flag.remove()
        self._heartbeat.cancel()
        self._remove()

    def _remove(self) -> None:
        # If the database is unavailable, the age of the row shows that this worker is gone.
        with suppress(DBAPIError), self._write_briefly() as session:
            remove_process(session, f"worker@{self._name}")

    def shut_down(self) -> None:
        """Called when a signal asks this worker to stop."""
        self._shutdown.request()

    def rescue(self, chunk_id: int, task_id: str, *, timed_out: bool) -> None:
        """A child died, or was killed as its time was over: its chunk waits again at once, and not
        only when its lease expires."""
        if self._shutdown.is_overdue:
            return
        # If the database is unavailable, the lease expires.
        with suppress(DBAPIError), self._write_briefly() as session:
            rescue_chunk(session, chunk_id, f"{task_id}:", seen=True, timed_out=timed_out)

    def _release(self) -> None:
        with suppress(DBAPIError), self._write_briefly() as session:
            release_chunks_of(session, self._name)

    @contextmanager
    def _write_briefly(self) -> Iterator[Session]:
        """One transaction, whose connection is closed before a child can be forked."""
        database = Database(self._settings.database_url)
        try:
            with database.write() as session:
                yield session
        finally:
            database.close()
