"""Reads the items of a chunk ahead of the models, a group at a time."""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from time import monotonic
from typing import TypeVar

from db.item_values import ClaimedItem, Failure
from db.states import ErrorCode
from models import errors
from worker.lease import HeldChunk
from worker.sources.reader import DIGEST_BYTES, Sources, VideoFound

logger = logging.getLogger(__name__)

READ_THREADS = 2
# A group is read while the one before it is analyzed; it ends at whichever limit comes first. Large
# enough that looking up its digests costs little, small enough for memory, and short enough that
# the lease is renewed in time even if the source is slow.
GROUP_ITEMS = 32
GROUP_BYTES = 32 << 20
GROUP_SECONDS = 2.0
INTERNAL_ERROR = Failure(
    ErrorCode.INTERNAL,
    "The analysis failed because of a fault in Facetally, which was logged; retry the item, or "
    "report the fault.",
)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class LoadedItem:
    """An item with its bytes and their digest, or why they could not be read; a video has neither
    bytes nor a failure."""

    item: ClaimedItem
    content: bytes | Failure | None
    digest: bytes | None = None


# Of a group, the items that have to be analyzed.
Filter = Callable[[list[LoadedItem]], list[LoadedItem]]


def attempt(item: ClaimedItem, step: Callable[[], Value]) -> Value | Failure:
    """The result of a step, or why the item fails at it."""
    try:
        return step()
    except errors.ItemError as error:
        return Failure.of(error)
    except Exception:
        logger.exception("item failed", extra={"item_id": item.id})
        return INTERNAL_ERROR


class Intake:
    """Reads items in order. Opened once per process."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._readers = ThreadPoolExecutor(READ_THREADS, thread_name_prefix="read")
        self._groups = ThreadPoolExecutor(1, thread_name_prefix="intake")

    def close(self) -> None:
        self._groups.shutdown(cancel_futures=True)
        self._readers.shutdown()

    def load(
        self, items: Iterable[ClaimedItem], choose: Filter, held: HeldChunk
    ) -> Iterator[LoadedItem]:
        """The items that `choose` keeps of each group, until the work has to stop."""
        left = iter(items)
        group = self._groups.submit(self._load_group, left)
        while loaded := group.result():
            group = self._groups.submit(self._load_group, left)
            yield from choose(loaded)
            if held.should_stop():
                return

    def _load_group(self, items: Iterator[ClaimedItem]) -> list[LoadedItem]:
        group: list[LoadedItem] = []
        size, started = 0, monotonic()
        while len(group) < GROUP_ITEMS and size < GROUP_BYTES:
            loaded = list(self._readers.map(self._load, islice(items, READ_THREADS)))
            group += loaded
            size += sum(len(one.content) for one in loaded if isinstance(one.content, bytes))
            if not loaded or monotonic() - started > GROUP_SECONDS:
                break
        return group

    def _load(self, item: ClaimedItem) -> LoadedItem:
        content = attempt(item, lambda: self._read(item.uri))
        if not isinstance(content, bytes):
            return LoadedItem(item, content)
        return LoadedItem(item, content, blake2b(content, digest_size=DIGEST_BYTES).digest())

    def _read(self, uri: str) -> bytes | None:
        try:
            return self._sources.read(uri)
        except VideoFound:
            return None
