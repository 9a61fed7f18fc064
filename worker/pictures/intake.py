"""Reads the items of a chunk ahead of the models, a batch at a time."""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice, repeat
from time import monotonic
from typing import TypeVar

from db.item_values import ClaimedItem, Failure
from db.states import ErrorCode
from models.errors import FAULT_MESSAGE
from worker.attempts import attempt
from worker.lease import HeldChunk
from worker.pictures.capture import add_capture_time
from worker.sources.reader import DIGEST_BYTES, Sources, VideoFound
from worker.stages import Stage

logger = logging.getLogger(__name__)

READ_THREADS = 2
# A read-ahead batch is read while the one before it is analyzed; it ends at whichever limit comes
# first. Large enough that looking up its digests costs little, small enough for memory, and short
# enough that the lease is renewed in time even if the source is slow.
READ_AHEAD_ITEMS = 32
# The first one is small, as the models wait for it.
FIRST_ITEMS = 4
READ_AHEAD_BYTES = 32 << 20
READ_AHEAD_SECONDS = 2.0
INTERNAL_ERROR = Failure(
    ErrorCode.INTERNAL,
    f"{FAULT_MESSAGE} Retry the item, or report the error.",
)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class VideoContent:
    """Stands for the bytes of a video, which are not read here."""


@dataclass(frozen=True, slots=True)
class LoadedItem:
    """An item with its bytes and their digest, or why they could not be read."""

    item: ClaimedItem
    content: bytes | Failure | VideoContent
    digest: bytes | None = None


# Of a read-ahead batch, the items that have to be analyzed.
Filter = Callable[[list[LoadedItem]], list[LoadedItem]]


def attempt_safely(
    item: ClaimedItem, held: HeldChunk, work: Callable[[], Value]
) -> Value | Failure:
    """The result of work on an item, or why the item fails; a bug fails it too."""
    try:
        return attempt(work)
    except Exception:
        logger.exception("item failed", extra={"item_id": item.id, **held.log_fields})
        return INTERNAL_ERROR


class Intake:
    """Reads items in order. Opened once per process."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._readers = ThreadPoolExecutor(READ_THREADS, thread_name_prefix="read")
        self._batches = ThreadPoolExecutor(1, thread_name_prefix="intake")

    def close(self) -> None:
        self._batches.shutdown(cancel_futures=True)
        self._readers.shutdown()

    def load(
        self, items: Iterable[ClaimedItem], choose: Filter, held: HeldChunk
    ) -> Iterator[LoadedItem]:
        """The items that `choose` keeps of each batch, until the work has to stop."""
        left = iter(items)
        batch = self._batches.submit(self._load_batch, left, held, FIRST_ITEMS)
        while loaded := batch.result():
            batch = self._batches.submit(self._load_batch, left, held, READ_AHEAD_ITEMS)
            yield from choose(loaded)
            if held.should_stop():
                return

    def _load_batch(
        self, items: Iterator[ClaimedItem], held: HeldChunk, most: int
    ) -> list[LoadedItem]:
        batch: list[LoadedItem] = []
        size, started = 0, monotonic()
        while len(batch) < most and size < READ_AHEAD_BYTES:
            chosen = islice(items, READ_THREADS)
            loaded = list(self._readers.map(self._load, chosen, repeat(held)))
            batch += loaded
            size += sum(len(one.content) for one in loaded if isinstance(one.content, bytes))
            if not loaded or monotonic() - started > READ_AHEAD_SECONDS:
                break
        return batch

    def _load(self, item: ClaimedItem, held: HeldChunk) -> LoadedItem:
        with held.times.measure(Stage.FETCH):
            content = attempt_safely(item, held, lambda: self._read(item.uri))
        if not isinstance(content, bytes):
            return LoadedItem(item, content)
        digest = blake2b(content, digest_size=DIGEST_BYTES).digest()
        return LoadedItem(add_capture_time(item, content, held.chunk.options), content, digest)

    def _read(self, uri: str) -> bytes | VideoContent:
        try:
            return self._sources.read(uri)
        except VideoFound:
            return VideoContent()
