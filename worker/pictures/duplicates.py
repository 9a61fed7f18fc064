"""Items with the same bytes as another are not analyzed: they get the result of that one."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from sqlalchemy.exc import DBAPIError

from db.item_values import ClaimedItem, ItemResult, RecordedPicture
from db.results.duplicates import find_recorded
from worker.lease import HeldChunk
from worker.pictures.intake import LoadedItem

logger = logging.getLogger(__name__)


class DuplicateItems:
    """Those of one chunk; they are set aside while the others are analyzed."""

    def __init__(self, held: HeldChunk) -> None:
        self._held = held
        self._recorded: dict[bytes, RecordedPicture] = {}
        self._analyzed: set[bytes] = set()
        self._aside: list[tuple[ClaimedItem, bytes]] = []

    def filter(self, batch: list[LoadedItem]) -> list[LoadedItem]:
        """The items of a read-ahead batch that have to be analyzed, in order."""
        digests = {one.digest for one in batch if one.digest is not None}
        if new := digests - self._analyzed - self._recorded.keys():
            self._recorded.update(self._find_recorded(new))
        return [one for one in batch if not self._set_aside(one)]

    def _find_recorded(self, digests: Collection[bytes]) -> Mapping[bytes, RecordedPicture]:
        try:
            with self._held.database.read() as session:
                chunk = self._held.chunk
                people = chunk.options.people
                return find_recorded(session, chunk.job_id, digests, people=people)
        except DBAPIError:
            # Then they are analyzed again, which only costs time.
            logger.warning("duplicates not looked up", extra={"chunk_id": self._held.chunk.id})
            return {}

    def _set_aside(self, one: LoadedItem) -> bool:
        if one.digest is None:
            return False
        if one.digest in self._recorded or one.digest in self._analyzed:
            self._aside.append((one.item, one.digest))
            return True
        self._analyzed.add(one.digest)
        return False

    def make_results(
        self, analyzed: Iterable[ItemResult]
    ) -> tuple[list[ItemResult], list[ClaimedItem]]:
        """The results of the duplicates; and those duplicates whose original has none, which have
        to be analyzed too."""
        done = {result.digest: result for result in analyzed if result.error is None}
        results, left = [], []
        for item, digest in self._aside:
            if digest in self._recorded:
                results.append(_make_result(item, digest, self._recorded[digest]))
            elif digest in done:
                results.append(replace(done[digest], item=item))
            else:
                left.append(item)
        return results, left


def _make_result(item: ClaimedItem, digest: bytes, recorded: RecordedPicture) -> ItemResult:
    return ItemResult(
        item,
        width_pixels=recorded.width_pixels,
        height_pixels=recorded.height_pixels,
        faces=recorded.faces,
        thumbnail=recorded.thumbnail,
        dropped=recorded.dropped,
        digest=digest,
    )
