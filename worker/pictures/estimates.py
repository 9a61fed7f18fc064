"""Ages and genders of faces as they are found, so that few chips are kept at a time."""

from collections.abc import Sequence

from models.face import Face
from models.nets.analyzer import AlignedFace, Analyzer
from worker.lease import HeldChunk
from worker.stages import Stage

# A batch that keeps the models busy. Of a crowd, all faces of a chunk would take hundreds of
# megabytes, and longer than its lease.
ESTIMATED_AT_ONCE = 128


class Estimates:
    """Faces in the order in which they are added."""

    def __init__(
        self, analyzer: Analyzer, held: HeldChunk, at_once: int = ESTIMATED_AT_ONCE
    ) -> None:
        self._analyzer = analyzer
        self._held = held
        self._at_once = at_once
        self._waiting: list[AlignedFace] = []
        self._faces: list[Face] = []

    def add(self, found: Sequence[AlignedFace]) -> None:
        """Estimate these once there are enough of them; their chips are not needed afterwards."""
        self._waiting += found
        while len(self._waiting) >= self._at_once:
            self._estimate()

    def finish(self) -> list[Face]:
        """Every face that was added."""
        # At least once: it renews the lease.
        self._estimate()
        while self._waiting:
            self._estimate()
        return self._faces

    def _estimate(self) -> None:
        with self._held.times.measure(Stage.CLASSIFY):
            self._faces += self._analyzer.estimate(self._waiting[: self._at_once])
        del self._waiting[: self._at_once]
        self._held.renew()
