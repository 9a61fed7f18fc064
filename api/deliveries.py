"""Writes results of jobs, as they come, to where their submitters want them: as Parquet, a file of
faces and one of people for each delivery.

A thread beside the dispatcher's turns; several processes may. What is in a delivery is decided in
SQL before it is written, so that one that is written again, after a crash, replaces itself.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic

from sqlalchemy.exc import DBAPIError

from api.exports.export import FILE_FORMATS, Export, LineT, StoredT, describe_packs
from api.exports.results import RESULTS
from api.exports.tracks import TRACKS
from db.deliveries.destinations import (
    Destination,
    claim_destination,
    note_failure,
    note_written,
    release_destination,
)
from db.deliveries.planning import DELIVERY_SECONDS, Delivery, plan_delivery
from db.engine import Database
from db.job_values import JobStatus
from db.jobs.status import read_job
from db.results.filters import ResultFilter
from worker.addresses.destinations import DestinationRefused
from worker.outages import OutageLog
from worker.sources.store import StorageUnavailable
from worker.sources.writing import DestinationWriter

logger = logging.getLogger(__name__)

TURN_SECONDS = 1.0


class Deliveries:
    """Takes one job after the other, and writes what is due of it."""

    def __init__(
        self,
        database: Database,
        writer: DestinationWriter,
        due_seconds: float = DELIVERY_SECONDS,
        outages: OutageLog | None = None,
    ) -> None:
        self._database = database
        self._outages = outages or OutageLog("database")
        self._writer = writer
        self._due_seconds = due_seconds

    def run(self, stopped: threading.Event) -> None:
        """Work until `stopped`; while the database is unavailable, keep trying."""
        while not stopped.wait(TURN_SECONDS):
            try:
                while not stopped.is_set() and self.take_turn():
                    pass
            except DBAPIError as error:
                self._outages.note_refusal(error)
            except Exception:
                logger.exception("a delivery failed")

    def take_turn(self) -> bool:
        """Write what is due of one job; False where nothing may be due of any."""
        with self._database.write() as session:
            destination = claim_destination(session)
        if destination is None:
            return False
        try:
            while self._deliver_next(destination):
                pass
        except (DestinationRefused, StorageUnavailable) as error:
            with self._database.write() as session:
                note_failure(session, destination.job_id, str(error))
        return True

    def _deliver_next(self, destination: Destination) -> bool:
        """Write one delivery; False where none is due."""
        job_id = destination.job_id
        with self._database.write() as session:
            delivery = plan_delivery(session, job_id, due_seconds=self._due_seconds)
            job = read_job(session, job_id)
            if delivery is None or job is None:
                release_destination(session, job_id)
                return False
        faces, size_bytes = self._write(destination.uri, delivery, job)
        with self._database.write() as session:
            note_written(session, job_id, delivery.number, faces=faces, size_bytes=size_bytes)
        logger.info("results delivered", extra={"job_id": job_id, "delivery": delivery.number})
        return True

    def _write(self, uri: str, delivery: Delivery, job: JobStatus) -> tuple[int, int]:
        """How many faces are in the files, and how many bytes they have."""
        with TemporaryDirectory(prefix="facetally-delivery-") as folder:
            faces, people = Path(folder) / "faces", Path(folder) / "people"
            found = _Counted(self._read(RESULTS, delivery), lambda result: len(result.faces))
            _fill(faces, RESULTS, found, job)
            self._writer.write(uri, _name("faces", delivery), faces)
            shown = _Counted(self._read(TRACKS, delivery), lambda _: 1)
            _fill(people, TRACKS, shown, job)
            # Few jobs have videos.
            if shown.total:
                self._writer.write(uri, _name("people", delivery), people)
            files = [faces, people] if shown.total else [faces]
            return found.total, sum(file.stat().st_size for file in files)

    def _read(self, export: Export[StoredT, LineT], delivery: Delivery) -> Iterator[LineT]:
        for span in delivery.spans:
            wanted = ResultFilter(delivery=delivery.number, span=span)
            for stored in export.read_matching(self._database, delivery.job_id, wanted):
                yield export.make_line(stored)


class _Counted(Generic[LineT]):
    """Lines that are counted as they are read."""

    def __init__(self, lines: Iterable[LineT], weigh: Callable[[LineT], int]) -> None:
        self._lines, self._weigh, self.total = lines, weigh, 0

    def __iter__(self) -> Iterator[LineT]:
        for line in self._lines:
            self.total += self._weigh(line)
            yield line


def _fill(file: Path, export: Export[Any, LineT], lines: Iterable[LineT], job: JobStatus) -> None:
    _, stream = FILE_FORMATS["parquet"]
    with file.open("wb") as target:
        for block in stream(export, iter(lines), describe_packs(job)):
            target.write(block if isinstance(block, bytes) else block.encode())


def _name(kind: str, delivery: Delivery) -> str:
    """In folders as Hive names them, so that job and day become columns."""
    return f"{kind}/job={delivery.job_id}/day={delivery.day}/{delivery.number:06}.parquet"
