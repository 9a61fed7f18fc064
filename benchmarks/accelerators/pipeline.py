"""Pictures to faces, all together: decoded in threads ahead of a device, as a slot does it."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.accelerators.clock import Clock
from benchmarks.accelerators.speeds import decode
from models.nets.analyzer import AlignedFace, Analyzer
from models.pictures.picture import Picture

ESTIMATED_AT_ONCE = 128
DECODING = "decoding"


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over the pictures, by one slot."""

    seconds: float
    pictures: int
    faces: int
    # Seconds of waiting, by what was waited for: decoding, each model, and the rest on the host.
    waits: dict[str, float]

    @property
    def bound_by(self) -> str:
        return max(self.waits, key=lambda name: self.waits[name])

    @property
    def figures(self) -> dict[str, object]:
        return {
            "pictures_per_second": round(self.pictures / self.seconds, 1),
            "faces_per_second": round(self.faces / self.seconds, 1),
            "shares": {name: round(one / self.seconds, 3) for name, one in self.waits.items()},
            "bound_by": self.bound_by,
        }


def run_pipeline(analyzer: Analyzer, paths: Sequence[Path], threads: int, clock: Clock) -> Pass:
    """Decode, find and estimate; `clock` is that of the analyzer's graphs."""
    clock.seconds.clear()
    started, faces = perf_counter(), 0
    waiting: list[AlignedFace] = []
    for batch in _decode_ahead(paths, threads, analyzer.batch_pictures, clock):
        waiting += [face for found in analyzer.detect(batch) for face in found.faces]
        while len(waiting) >= ESTIMATED_AT_ONCE:
            faces += len(analyzer.estimate(waiting[:ESTIMATED_AT_ONCE]))
            del waiting[:ESTIMATED_AT_ONCE]
    faces += len(analyzer.estimate(waiting))
    seconds = perf_counter() - started
    waits = dict(clock.seconds)
    waits["host"] = seconds - sum(waits.values())
    return Pass(seconds, len(paths), faces, waits)


def _decode_ahead(
    paths: Sequence[Path], threads: int, size: int, clock: Clock
) -> Iterator[list[Picture]]:
    left = iter(paths)
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[Picture]] = deque()
        while True:
            while len(ahead) < max(2 * size, threads) and (path := next(left, None)) is not None:
                ahead.append(pool.submit(decode, path))
            if not ahead:
                return
            started = perf_counter()
            batch = [ahead.popleft().result() for _ in range(min(size, len(ahead)))]
            clock.add(DECODING, perf_counter() - started)
            yield batch
