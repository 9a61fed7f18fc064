"""Loaded items to pictures: decoded ahead of the models, and taken in batches."""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from time import monotonic

from db.item_values import Failure, ItemResult
from models.decoding.decoder import Decoder, share_decoder
from models.graphs.providers import ACCELERATORS
from models.pictures.picture import Picture
from worker.devices import count_slots
from worker.lease import HeldChunk
from worker.pictures.intake import LoadedItem, VideoContent, attempt_safely
from worker.settings import WORKING_SIZES, Settings
from worker.stages import Stage

# On the CPU, one process decodes while the models work, and a second thread has the next picture
# ready for it: the cores are for the other slots. On an accelerator, the slots share the cores.
DECODE_THREADS = 2
RENEWAL_SECONDS = 1.0
# A batch goes without those of its pictures that are not decoded this long after its first: an
# accelerator works on fewer rather than waits for a slow one.
BATCH_SECONDS = 0.05

Decoded = Picture | Failure | VideoContent
DecodedItem = tuple[ItemResult, Decoded]
Waiting = deque[tuple[LoadedItem, Future[Decoded]]]


class Decoding:
    """Opened once per process."""

    def __init__(
        self,
        settings: Settings,
        batch_seconds: float = BATCH_SECONDS,
        decoder: Decoder | None = None,
    ) -> None:
        """Pictures are decoded by the decoder of this process, unless another one is given."""
        self._settings = settings
        self._batch_seconds = batch_seconds
        threads = count_threads(settings)
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="decode")
        processes = threads if settings.provider in ACCELERATORS else 1
        self._decoder = decoder or share_decoder(processes)

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
        while waiting:
            yield self._take_batch(waiting, size, held)

    def _take_batch(self, waiting: Waiting, size: int, held: HeldChunk) -> list[DecodedItem]:
        batch = [_take(waiting, held)]
        deadline = monotonic() + self._batch_seconds
        while len(batch) < size and waiting:
            _, decoded = waiting[0]
            wait([decoded], timeout=max(0.0, deadline - monotonic()))
            if not decoded.done():
                break
            batch.append(_take(waiting, held))
        return batch

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
            lambda: self._decoder.decode(
                content,
                max_pixels=self._settings.max_pixels,
                working_size=WORKING_SIZES[held.chunk.options.detection],
                seconds=self._settings.picture_timeout_seconds,
            ),
        )


def count_threads(settings: Settings, cores: int | None = None) -> int:
    """How many threads decode for one slot of a machine with `cores`."""
    if settings.provider not in ACCELERATORS:
        return DECODE_THREADS
    slots = count_slots(settings, settings.provider)
    return max(DECODE_THREADS, (cores or os.cpu_count() or 1) // slots)


def _take(waiting: Waiting, held: HeldChunk) -> DecodedItem:
    """The first picture that was decoded ahead, without its encoded bytes."""
    loaded, decoded = waiting.popleft()
    return ItemResult(loaded.item, digest=loaded.digest), _await(decoded, held)


def _await(decoded: Future[Decoded], held: HeldChunk) -> Decoded:
    """The picture, once it is there; meanwhile, the lease is kept."""
    while True:
        try:
            return decoded.result(RENEWAL_SECONDS)
        except TimeoutError:
            held.renew()
