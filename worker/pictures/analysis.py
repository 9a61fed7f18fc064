"""The items of a chunk to their results: decoded ahead, analyzed in batches, drawn."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile

import numpy as np
from numpy.typing import NDArray

from db.item_values import ClaimedItem, Failure, ItemResult
from db.job_values import DetectionMode, JobOptions, ThumbnailKind
from models.errors import DeviceLost
from models.face import Face
from models.nets.analyzer import AlignedFace, AlignedFaces, Analyzer
from models.people.embedder import add_portraits
from models.pictures.look import measure_look
from models.pictures.picture import Picture
from worker.lease import HeldChunk
from worker.packs.analyzers import Analyzers
from worker.pictures.decoding import DecodedItem, Decoding
from worker.pictures.duplicates import DuplicateItems
from worker.pictures.estimates import Estimates
from worker.pictures.intake import (
    INTERNAL_ERROR,
    Filter,
    Intake,
    LoadedItem,
    VideoContent,
)
from worker.pictures.thumbnails import blur_faces, draw_thumbnail, shrink
from worker.settings import Settings
from worker.sources.reader import Sources
from worker.stages import Stage

logger = logging.getLogger(__name__)

# Several times the side of what a look is measured on.
LOOKED_AT_PIXELS = 256
# Pictures that are kept ready, unless a batch needs more: enough to hide slow reads, few enough to
# bound memory. Of a crowd, the tiles of one picture make a batch.
PICTURES_AHEAD, CROWDS_AHEAD = 3, 1


@dataclass(frozen=True, slots=True)
class _SearchedItem:
    """An item whose picture was searched for faces; only what its thumbnail needs is kept of it."""

    result: ItemResult
    found: Sequence[AlignedFace] = ()
    faces: int = 0  # how many there were, once `found` is given up
    thumbnail_rgb: NDArray[np.uint8] | None = None


class PictureAnalysis:
    """Analyzes items; each fails alone, with a code and a sentence. Opened once per process."""

    def __init__(
        self,
        settings: Settings,
        analyzers: Analyzers,
        sources: Sources,
        decoding: Decoding | None = None,
    ) -> None:
        """`decoding` replaces the default one, for tests."""
        self._settings = settings
        self._analyzers = analyzers
        self._intake = Intake(sources)
        self._decoding = decoding or Decoding(settings)

    def close(self) -> None:
        self._intake.close()
        self._decoding.close()

    def analyze(self, items: Sequence[ClaimedItem], held: HeldChunk) -> list[ItemResult]:
        """Results in the order of the items; fewer than all where the work has to stop early."""
        duplicates = DuplicateItems(held)
        results = self._analyze(items, duplicates.filter, held)
        repeated, left = duplicates.make_results(results)
        if left and not held.was_stopped:
            # Failures are not copied to duplicates: analyze these on their own.
            repeated += self._analyze(left, _choose_all, held)
        return _take_prefix(items, [*results, *repeated])

    def _analyze(
        self, items: Iterable[ClaimedItem], choose: Filter, held: HeldChunk
    ) -> list[ItemResult]:
        options = held.chunk.options
        searched: list[_SearchedItem] = []
        analyzer = self._analyzers.get(options.pack)
        loaded = self._intake.load(items, choose, held)
        embedder = self._analyzers.embedder if options.people else None
        estimates = Estimates(analyzer, held, embedder=embedder)
        for batch in self._decoding.decode(loaded, held, *_choose_batch(options, analyzer)):
            for one in self._search(batch, analyzer, held):
                estimates.add(one.found)
                searched.append(replace(one, found=(), faces=len(one.found)))
            if held.should_stop():
                break
        faces = iter(estimates.finish())
        work = [(one, tuple(islice(faces, one.faces)), options) for one in searched]
        return list(self._decoding.threads.map(self._finish, work))

    def _search(
        self, batch: Sequence[DecodedItem], analyzer: Analyzer, held: HeldChunk
    ) -> list[_SearchedItem]:
        """Find the faces; if a batch fails, each of its pictures is tried alone."""
        pictures = [picture for _, picture in batch if isinstance(picture, Picture)]
        try:
            found = iter(_detect(pictures, analyzer, held) if pictures else [])
        except DeviceLost:
            raise
        except Exception:
            if len(batch) > 1:
                return [item for one in batch for item in self._search([one], analyzer, held)]
            logger.exception("detection failed", extra={"item_id": batch[0][0].item.id})
            return [_SearchedItem(replace(batch[0][0], error=INTERNAL_ERROR))]
        return [
            self._keep(result, picture, next(found), held.chunk.options)
            if isinstance(picture, Picture)
            else _skip(result, picture)
            for result, picture in batch
        ]

    def _keep(
        self,
        result: ItemResult,
        picture: Picture,
        found: AlignedFaces,
        options: JobOptions,
    ) -> _SearchedItem:
        result = replace(
            result,
            width_pixels=picture.width_pixels,
            height_pixels=picture.height_pixels,
            dropped=found.dropped,
            look=_measure_look(picture, options),
        )
        if options.people:
            found = add_portraits(picture, found, self._settings.quality_min)
        side = self._settings.thumbnail_side_pixels
        wanted = options.thumbnails is not ThumbnailKind.NONE
        small = shrink(picture.pyramid, side) if wanted else None
        return _SearchedItem(result, found.faces, thumbnail_rgb=small)

    def _finish(self, work: tuple[_SearchedItem, tuple[Face, ...], JobOptions]) -> ItemResult:
        item, faces, options = work
        rgb, width = item.thumbnail_rgb, item.result.width_pixels
        if rgb is None or width is None:
            return replace(item.result, faces=faces)
        if options.thumbnails is ThumbnailKind.BLURRED:
            rgb = blur_faces(rgb, faces, width)
        thumbnail = draw_thumbnail(rgb, faces, width, self._settings.gender_min_probability)
        return replace(item.result, faces=faces, thumbnail=thumbnail)


def _detect(pictures: list[Picture], analyzer: Analyzer, held: HeldChunk) -> list[AlignedFaces]:
    crowd = held.chunk.options.detection is DetectionMode.CROWD
    with held.times.measure(Stage.DETECT):
        return analyzer.detect(pictures, crowd=crowd)


def _measure_look(picture: Picture, options: JobOptions) -> bytes | None:
    """Where it matters."""
    if not options.compares_looks:
        return None
    return measure_look(shrink(picture.pyramid, LOOKED_AT_PIXELS))


def _choose_batch(options: JobOptions, analyzer: Analyzer) -> tuple[int, int]:
    """How many pictures are searched at once, and how many are decoded ahead of them: as many again
    as make a batch, so that one is ready when the other is done."""
    if options.detection is DetectionMode.CROWD:
        return 1, CROWDS_AHEAD
    size = analyzer.batch_pictures
    return size, max(PICTURES_AHEAD, 2 * size - 1)


def _choose_all(loaded: list[LoadedItem]) -> list[LoadedItem]:
    return loaded


def _skip(result: ItemResult, content: Failure | VideoContent) -> _SearchedItem:
    """An item that has no picture to search."""
    if isinstance(content, VideoContent):
        return _SearchedItem(replace(result, is_video=True))
    return _SearchedItem(replace(result, error=content))


def _take_prefix(items: Sequence[ClaimedItem], results: Iterable[ItemResult]) -> list[ItemResult]:
    """The results in the order of the items, up to the first item without one."""
    found = {result.item.id: result for result in results}
    return [found[item.id] for item in takewhile(lambda item: item.id in found, items)]
