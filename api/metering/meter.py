"""Counts the requests of this process, and adds them to SQL with a heartbeat every few seconds: so
any process can show the metrics of all of them."""

import logging
import os
import socket
from contextlib import suppress
from threading import Event, Thread
from time import monotonic

from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from db.counters import Counter, Counts, Histogram, add_counts
from db.engine import Database
from db.processes import HEARTBEAT_SECONDS, record_heartbeat, remove_process
from db.states import ProcessRole

logger = logging.getLogger(__name__)

# What no route takes: every address would be a label of its own.
NO_ROUTE = "none"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Meter:
    """One for each process; what it has counted when it is killed, in the last seconds, is lost."""

    def __init__(self, database: Database, slots: int) -> None:
        self._database = database
        self._slots = slots
        self._name = f"api@{socket.gethostname()}:{os.getpid()}"
        self._counts = Counts()
        self._stopped = Event()
        self._thread: Thread | None = None

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        known = method if method in METHODS else "other"
        self._counts.add(Counter.HTTP_REQUESTS, known, route, str(status))
        self._counts.observe(Histogram.HTTP_REQUEST_SECONDS, seconds, route)

    def start(self) -> None:
        """Send heartbeats until `close`."""
        self._thread = Thread(target=self._run, name="meter", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                self.flush()
            except SQLAlchemyError as error:
                logger.warning("database refused a heartbeat", extra={"error": str(error)})
            if self._stopped.wait(HEARTBEAT_SECONDS):
                return

    def flush(self) -> None:
        """Add what was counted to SQL, and renew this process's row; raises SQLAlchemyError."""
        in_use, most = self._database.count_connections()
        gauges = {"sql_in_use": in_use, "sql_most": most}
        taken = self._counts.take()
        try:
            with self._database.write() as session:
                add_counts(session, taken)
                record_heartbeat(session, self._name, ProcessRole.API, self._slots, gauges=gauges)
        except BaseException:
            self._counts.put_back(taken)
            raise

    def close(self) -> None:
        if self._thread is None:
            return
        self._stopped.set()
        self._thread.join()
        with suppress(SQLAlchemyError):
            self.flush()
        # If the database is unavailable, the age of the row shows that this process is gone.
        with suppress(DBAPIError), self._database.write() as session:
            remove_process(session, self._name)


def measure_requests(app: Flask, meter: Meter) -> None:
    """Have every request of the application counted, up to the first byte of its answer."""

    def start() -> None:
        g.started = monotonic()

    def end(response: Response) -> Response:
        rule = request.url_rule
        seconds = monotonic() - g.started
        meter.count_request(
            request.method, NO_ROUTE if rule is None else rule.rule, response.status_code, seconds
        )
        return response

    app.before_request(start)
    app.after_request(end)
