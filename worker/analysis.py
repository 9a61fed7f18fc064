"""Step 4b: the items of a chunk become results: decoded ahead, looked at in batches, drawn."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from db.states import ErrorCode
from db.values import ClaimedItem, ItemError, ItemResult
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
INTERNAL_ERROR = ItemError(
    ErrorCode.INTERNAL,
    "The analysis failed through a fault of ours, which was logged; retry the item, or report it.",
)


Decoded = tuple[ClaimedItem, Picture | ItemError]


@dataclass(frozen=True, slots=True)
class _Seen:
    """An item whose picture was looked at, and is gone but for what its thumbnail needs."""

    result: ItemResult
    found: Sequence[FoundFace] = ()
    thumbnail_rgb: NDArray[np.uint8] | None = None


class Analysis:
    """Analyses items; each fails alone, with a code and a sentence."""

    def __init__(self, settings: Settings, analyzer: Analyzer, sources: Sources) -> None:
        self._settings = settings
        self._analyzer = analyzer
        self._sources = sources
        self._threads = ThreadPoolExecutor(DECODE_THREADS, thread_name_prefix="decode")

    def close(self) -> None:
        self._threads.shutdown()

    def run(
        self, items: Iterable[ClaimedItem], *, thumbnails: bool, says_stop: Callable[[], bool]
    ) -> list[ItemResult]:
        """Results in the order of the items: fewer than all where `says_stop` said so between."""
        seen: list[_Seen] = []
        ready = self._decode_ahead(items, says_stop)
        for batch in _batches(ready, self._analyzer.batch_pictures):
            seen += self._look(batch, thumbnails)
        faces = iter(self._analyzer.classify([face for one in seen for face in one.found]))
        work = [(one, tuple(islice(faces, len(one.found)))) for one in seen]
        return list(self._threads.map(self._finish, work))

    def _decode_ahead(
        self, items: Iterable[ClaimedItem], says_stop: Callable[[], bool]
    ) -> Iterator[Decoded]:
        """Pictures in order; none any more once `says_stop` said so.

        It is asked between any two, as each may have a slow server that uses up its time.
        """
        waiting, ahead = iter(items), deque[tuple[ClaimedItem, Future[Picture | ItemError]]]()
        while True:
            for item in islice(waiting, 1 + PICTURES_AHEAD - len(ahead)):
                ahead.append((item, self._threads.submit(self._decode, item)))
            if not ahead:
                return
            first, decoded = ahead.popleft()
            yield first, decoded.result()
            if says_stop():
                break
        for _, decoded in ahead:
            decoded.cancel()

    def _decode(self, item: ClaimedItem) -> Picture | ItemError:
        try:
            return decode_picture(
                self._sources.read(item.uri),
                max_pixels=self._settings.max_pixels,
                working_side=WORKING_SIDE_PIXELS,
            )
        except errors.ItemError as error:
            return ItemError(ErrorCode(error.code), str(error))
        except Exception:
            logger.exception("decoding failed", extra={"item_id": item.id})
            return INTERNAL_ERROR

    def _look(self, batch: Sequence[Decoded], thumbnails: bool) -> list[_Seen]:
        """Find the faces; where a batch fails, each of its pictures is tried alone."""
        pictures = [picture for _, picture in batch if isinstance(picture, Picture)]
        try:
            found = iter(self._analyzer.find(pictures) if pictures else [])
        except Exception:
            if len(batch) > 1:
                return [seen for one in batch for seen in self._look([one], thumbnails)]
            logger.exception("detection failed", extra={"item_id": batch[0][0].id})
            return [_Seen(ItemResult(batch[0][0], error=INTERNAL_ERROR))]
        return [
            _Seen(ItemResult(item, error=picture))
            if isinstance(picture, ItemError)
            else self._see(item, picture, next(found), thumbnails)
            for item, picture in batch
        ]

    def _see(
        self, item: ClaimedItem, picture: Picture, found: Sequence[FoundFace], thumbnail: bool
    ) -> _Seen:
        result = ItemResult(
            item, width_pixels=picture.width_pixels, height_pixels=picture.height_pixels
        )
        side = self._settings.thumbnail_side_pixels
        return _Seen(result, found, shrink(picture.rgb, side) if thumbnail else None)

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


def _batches(decoded: Iterator[Decoded], size: int) -> Iterator[list[Decoded]]:
    while batch := list(islice(decoded, size)):
        yield batch
