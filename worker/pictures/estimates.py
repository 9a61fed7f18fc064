"""Ages and genders of faces as they are found, so that few chips are kept at a time."""

from collections.abc import Sequence
from dataclasses import replace

from models.face import Face
from models.nets.analyzer import AlignedFace, Analyzer
from models.people.embedder import Embedder
from worker.lease import HeldChunk
from worker.stages import Stage

# A batch that keeps the models busy. Of a crowd, all faces of a chunk would take hundreds of
# megabytes, and longer than its lease.
ESTIMATED_AT_ONCE = 128
EMBEDDED_AT_ONCE = 32


class Estimates:
    """Faces in the order in which they are added."""

    def __init__(
        self,
        analyzer: Analyzer,
        held: HeldChunk,
        at_once: int = ESTIMATED_AT_ONCE,
        embedder: Embedder | None = None,
    ) -> None:
        """With an `embedder`, faces with a portrait are also given their embeddings."""
        self._analyzer = analyzer
        self._embedder = embedder
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
        batch = self._waiting[: self._at_once]
        with self._held.times.measure(Stage.CLASSIFY):
            faces = self._analyzer.estimate(batch)
        if self._embedder is not None:
            faces = self._embed(batch, faces, self._embedder)
        self._faces += faces
        del self._waiting[: self._at_once]
        self._held.renew()

    def _embed(
        self, aligned: Sequence[AlignedFace], faces: Sequence[Face], embedder: Embedder
    ) -> list[Face]:
        """A few at a time, as each takes as long as a small picture."""
        portraits = {i: one.portrait for i, one in enumerate(aligned) if one.portrait is not None}
        embedded, numbers = list(faces), list(portraits)
        for start in range(0, len(numbers), EMBEDDED_AT_ONCE):
            some = numbers[start : start + EMBEDDED_AT_ONCE]
            with self._held.times.measure(Stage.EMBED):
                found = embedder.embed([portraits[number] for number in some])
            for number, embedding in zip(some, found, strict=True):
                embedded[number] = replace(embedded[number], embedding=embedding)
            self._held.renew()
        return embedded
