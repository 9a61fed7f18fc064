"""Step 4: a chunk is claimed, its items are analysed, and what became of them is recorded."""

import logging
import os
import socket
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from secrets import token_hex
from time import monotonic, sleep

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.exc import DBAPIError

from db.engine import Database
from db.leases import Lease, claim_chunk, crash_chunk, renew_lease
from db.recording import record_results, was_recorded
from db.states import ErrorCode
from db.values import ClaimedChunk, ClaimedItem, ItemError, ItemResult, ThumbnailKind
from models import errors
from models.analyzer import Analyzer, FoundFace
from models.face import Face
from models.picture import Picture, decode_picture
from worker.settings import WORKING_SIDE_PIXELS, Settings
from worker.sources import Sources
from worker.thumbnails import draw_thumbnail, shrink

logger = logging.getLogger(__name__)

# Two threads decode while the nets work, and keep this many pictures ready: enough to hide slow
# reads, few enough to bound memory.
DECODE_THREADS = 2
PICTURES_AHEAD = 3
RENEWALS_PER_LEASE = 6


class LeaseLost(Exception):
    """The chunk is somebody else's by now: drop everything."""


@dataclass(slots=True)
class _Seen:
    """An item on its way: its result so far, and what is still to be done with its picture."""

    result: ItemResult
    found: list[FoundFace]
    thumbnail_rgb: NDArray[np.uint8] | None


class ChunkWorker:
    """Works on one chunk after another; opened once per process, after the fork."""

    def __init__(
        self, settings: Settings, database: Database, analyzer: Analyzer, sources: Sources
    ) -> None:
        self._settings = settings
        self._database = database
        self._analyzer = analyzer
        self._sources = sources
        self._threads = ThreadPoolExecutor(DECODE_THREADS, thread_name_prefix="decode")
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    def close(self) -> None:
        self._threads.shutdown()

    def run(self, chunk_id: int, task_id: str) -> None:
        """Do all of a chunk, or nothing: a late hint, a lost lease or a fault changes no row."""
        token = f"{task_id}:{token_hex(8)}"
        started = monotonic()
        with self._database.write() as session:
            lease_seconds = self._settings.lease_seconds
            chunk = claim_chunk(session, chunk_id, token, self._name, lease_seconds)
        if chunk is None:
            logger.debug("hint was late", extra={"chunk_id": chunk_id})
            return
        try:
            results = self._analyse(chunk)
            recorded = self._record(chunk, results)
        except LeaseLost:
            recorded = False
        except Exception:
            logger.exception("chunk failed", extra={"chunk_id": chunk.id, "job_id": chunk.job_id})
            self._give_up(chunk)
            return
        logger.info(
            "chunk recorded" if recorded else "chunk dropped, its lease had moved on",
            extra={
                "job_id": chunk.job_id,
                "chunk_id": chunk.id,
                "items": len(chunk.items),
                "milliseconds": round((monotonic() - started) * 1000),
            },
        )

    def _analyse(self, chunk: ClaimedChunk) -> list[ItemResult]:
        """Results of the items in order; fewer than all where the job was cancelled meanwhile."""
        thumbnails = chunk.options.thumbnails is ThumbnailKind.ANNOTATED
        seen: list[_Seen] = []
        renewal = _Renewal(self._database, chunk, self._settings.lease_seconds)
        for item, picture in self._decode_ahead(chunk.items):
            seen.append(self._look(item, picture, thumbnails))
            if renewal.says_stop():
                break
        faces = iter(self._analyzer.classify([face for one in seen for face in one.found]))
        work = [(one, tuple(islice(faces, len(one.found)))) for one in seen]
        return list(self._threads.map(self._finish, work))

    def _decode_ahead(
        self, items: Iterable[ClaimedItem]
    ) -> Iterator[tuple[ClaimedItem, Picture | ItemError]]:
        """Decode in threads, a few pictures ahead of whoever looks at them, in order."""
        ahead: deque[tuple[ClaimedItem, Future[Picture | ItemError]]] = deque()
        try:
            for item in items:
                ahead.append((item, self._threads.submit(self._decode, item)))
                if len(ahead) > PICTURES_AHEAD:
                    first, decoded = ahead.popleft()
                    yield first, decoded.result()
            while ahead:
                first, decoded = ahead.popleft()
                yield first, decoded.result()
        finally:
            for _, decoded in ahead:
                decoded.cancel()

    def _decode(self, item: ClaimedItem) -> Picture | ItemError:
        try:
            data = self._sources.read(item.uri)
            return decode_picture(
                data, max_pixels=self._settings.max_pixels, working_side=WORKING_SIDE_PIXELS
            )
        except errors.ItemError as error:
            return ItemError(ErrorCode(error.code), str(error))
        except Exception:
            logger.exception("decoding failed", extra={"item_id": item.id})
            return INTERNAL_ERROR

    def _look(self, item: ClaimedItem, picture: Picture | ItemError, thumbnails: bool) -> _Seen:
        if isinstance(picture, ItemError):
            return _Seen(ItemResult(item, error=picture), [], None)
        try:
            [found] = self._analyzer.find([picture])
        except Exception:
            logger.exception("detection failed", extra={"item_id": item.id})
            return _Seen(ItemResult(item, error=INTERNAL_ERROR), [], None)
        result = ItemResult(
            item, width_pixels=picture.width_pixels, height_pixels=picture.height_pixels
        )
        side = self._settings.thumbnail_side_pixels
        return _Seen(result, found, shrink(picture.rgb, side) if thumbnails else None)

    def _finish(self, work: tuple[_Seen, tuple[Face, ...]]) -> ItemResult:
        seen, faces = work
        if seen.thumbnail_rgb is None or seen.result.width_pixels is None:
            return replace(seen.result, faces=faces)
        thumbnail = draw_thumbnail(
            seen.thumbnail_rgb,
            faces,
            seen.result.width_pixels,
            self._settings.gender_min_probability,
        )
        return replace(seen.result, faces=faces, thumbnail=thumbnail)

    def _record(self, chunk: ClaimedChunk, results: list[ItemResult]) -> bool:
        """Record once, however often the connection breaks, until the lease would have ended."""
        deadline = monotonic() + self._settings.lease_seconds
        pause_seconds = 0.05
        while True:
            try:
                with self._database.write() as session:
                    return record_results(
                        session,
                        chunk,
                        results,
                        gender_min_probability=self._settings.gender_min_probability,
                    ) or was_recorded(session, chunk)
            except DBAPIError:
                if monotonic() + pause_seconds > deadline:
                    raise
                logger.warning("recording is tried again", extra={"chunk_id": chunk.id})
                sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 2, 1.0)

    def _give_up(self, chunk: ClaimedChunk) -> None:
        """Take the chunk for crashed, so that an item that is to blame ends up alone."""
        try:
            with self._database.write() as session:
                crash_chunk(session, chunk.id, chunk.token)
        except DBAPIError:
            # The lease ends by itself, and the dispatcher takes the chunk back then.
            logger.warning("chunk was left to its lease", extra={"chunk_id": chunk.id})


INTERNAL_ERROR = ItemError(
    ErrorCode.INTERNAL,
    "The analysis failed through a fault of ours, which was logged; retry the item, or report it.",
)


class _Renewal:
    """Renews a lease between pictures: a worker that hangs in a native call stops doing so."""

    def __init__(self, database: Database, chunk: ClaimedChunk, lease_seconds: float) -> None:
        self._database = database
        self._chunk = chunk
        self._lease_seconds = lease_seconds
        self._next = monotonic() + lease_seconds / RENEWALS_PER_LEASE

    def says_stop(self) -> bool:
        """Whether the job is being cancelled; raises LeaseLost where the chunk has moved on."""
        if monotonic() < self._next:
            return False
        self._next = monotonic() + self._lease_seconds / RENEWALS_PER_LEASE
        try:
            with self._database.write() as session:
                lease = renew_lease(session, self._chunk.id, self._chunk.token, self._lease_seconds)
        except DBAPIError:
            # Whether the chunk is still ours is asked again when it is recorded.
            logger.warning("lease could not be renewed", extra={"chunk_id": self._chunk.id})
            return False
        if lease is Lease.LOST:
            raise LeaseLost
        return lease is Lease.CANCELLING
