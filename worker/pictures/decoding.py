"""Loaded items to pictures: decoded in threads, ahead of the models, and taken in batches."""

import logging
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from time import monotonic

from db.item_values import Failure, ItemResult
from db.states import ErrorCode
from models.graphs.providers import ACCELERATORS
from models.pictures.picture import Picture, decode_picture
from worker.devices import count_slots
from worker.lease import HeldChunk
from worker.pictures.intake import LoadedItem, VideoContent, attempt_safely
from worker.settings import WORKING_SIZES, Settings
from worker.stages import Stage

logger = logging.getLogger(__name__)

# On the CPU, two threads decode while the models work: the cores are for the other slots. On an
# accelerator, the slots share the cores.
DECODE_THREADS = 2
RENEWAL_SECONDS = 1.0
# A batch goes without those of its pictures that are not decoded this long after its first: an
# accelerator works on fewer rather than waits for a slow one.
BATCH_SECONDS = 0.05

Decoded = Picture | Failure | VideoContent
DecodedItem = tuple[ItemResult, Decoded]
Waiting = deque[tuple[LoadedItem, Future[Decoded]]]


class Decoding:
    """Opened once per process. `is_stuck` where a decoder hangs, which only the end of this process
    ends."""

    def __init__(self, settings: Settings, batch_seconds: float = BATCH_SECONDS) -> None:
        self._settings = settings
        self._batch_seconds = batch_seconds
        self.threads = self._open_threads()
        self.is_stuck = False

    def close(self) -> None:
        self.threads.shutdown()

    def decode(
        self, loaded: Iterator[LoadedItem], held: HeldChunk, size: int, ahead: int
    ) -> Iterator[list[DecodedItem]]:
        """In order, at least one and at most `size` at a time, with up to `ahead` more that are
        decoded or about to be: what bounds the memory."""
        waiting: Waiting = deque()
        for one in loaded:
            waiting.append((one, self.threads.submit(self._decode, one, held)))
            if len(waiting) > ahead:
                yield self._take_batch(waiting, size, held)
            if self.is_stuck:
                return
        while waiting and not self.is_stuck:
            yield self._take_batch(waiting, size, held)

    def _take_batch(self, waiting: Waiting, size: int, held: HeldChunk) -> list[DecodedItem]:
        batch = [self._take(waiting, held)]
        deadline = monotonic() + self._batch_seconds
        while len(batch) < size and waiting and not self.is_stuck:
            _, decoded = waiting[0]
            wait([decoded], timeout=max(0.0, deadline - monotonic()))
            if not decoded.done():
                break
            batch.append(self._take(waiting, held))
        return batch

    def _take(self, waiting: Waiting, held: HeldChunk) -> DecodedItem:
        """The first picture that was decoded ahead, without its encoded bytes."""
        loaded, decoded = waiting.popleft()
        seconds = self._settings.picture_timeout_seconds
        content = _await(decoded, monotonic() + seconds, held)
        if content is None:
            logger.error("decoder hangs", extra={"item_id": loaded.item.id})
            content = _describe_timeout(seconds)
            self._abandon_threads(held)
        return ItemResult(loaded.item, digest=loaded.digest), content

    def _abandon_threads(self, held: HeldChunk) -> None:
        """Their work cannot be stopped: what is done is recorded by others, and the rest of the
        chunk is left to another process."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.threads = self._open_threads()
        self.is_stuck = True
        held.stop()

    def _decode(self, loaded: LoadedItem, held: HeldChunk) -> Decoded:
        if not isinstance(loaded.content, bytes):
            return loaded.content
        with held.times.measure(Stage.DECODE):
            return self._decode_bytes(loaded, loaded.content, held)

    def _decode_bytes(
        self, loaded: LoadedItem, content: bytes, held: HeldChunk
    ) -> Picture | Failure:
        return attempt_safely(
            loaded.item,
            held,
            lambda: decode_picture(
                content,
                max_pixels=self._settings.max_pixels,
                working_size=WORKING_SIZES[held.chunk.options.detection],
            ),
        )

    def _open_threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(count_threads(self._settings), thread_name_prefix="decode")


def count_threads(settings: Settings, cores: int | None = None) -> int:
    """How many threads decode for one slot of a machine with so many cores."""
    if settings.provider not in ACCELERATORS:
        return DECODE_THREADS
    slots = count_slots(settings, settings.provider)
    return max(DECODE_THREADS, (cores or os.cpu_count() or 1) // slots)


def _await(decoded: Future[Decoded], deadline: float, held: HeldChunk) -> Decoded | None:
    """The picture, or None if it is not there by the deadline; meanwhile, the lease is kept."""
    while (left := deadline - monotonic()) > 0:
        try:
            return decoded.result(min(left, RENEWAL_SECONDS))
        except TimeoutError:
            held.renew()
    return None


def _describe_timeout(seconds: float) -> Failure:
    return Failure(
        ErrorCode.TIMEOUT,
        f"Decoding the picture took longer than {seconds:g} seconds. Send it in another format.",
    )
