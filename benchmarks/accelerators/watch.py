"""How busy a GPU is while something runs, by NVIDIA's management library (nvidia-ml-py)."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from statistics import mean
from threading import Event, Thread
from typing import Any

LOOK_SECONDS = 0.1


class GpuWatch:
    """The first GPU; without one, or without the library, it sees nothing."""

    def __init__(self) -> None:
        self._library = _open_library()
        self._looks: list[tuple[int, int]] = []

    def describe(self) -> dict[str, object]:
        """The card, its driver and its memory."""
        if self._library is None:
            return {}
        handle = self._library.nvmlDeviceGetHandleByIndex(0)
        memory = self._library.nvmlDeviceGetMemoryInfo(handle)
        return {
            "card": _decode(self._library.nvmlDeviceGetName(handle)),
            "driver": _decode(self._library.nvmlSystemGetDriverVersion()),
            "memory_gigabytes": round(memory.total / 1e9, 1),
        }

    @contextmanager
    def watch(self) -> Iterator[None]:
        """For the time of the block."""
        self._looks.clear()
        if self._library is None:
            yield
            return
        over = Event()
        thread = Thread(target=self._look_until, args=(over,), name="gpu-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    @property
    def figures(self) -> dict[str, float]:
        """Of the last block: the mean share of time in which a kernel ran, and the most memory."""
        if not self._looks:
            return {}
        busy, memory = zip(*self._looks, strict=True)
        return {
            "gpu_busy": round(mean(busy) / 100, 3),
            "gpu_gigabytes": round(max(memory) / 1e9, 2),
        }

    def _look_until(self, over: Event) -> None:
        assert self._library is not None
        handle = self._library.nvmlDeviceGetHandleByIndex(0)
        while True:
            busy = self._library.nvmlDeviceGetUtilizationRates(handle).gpu
            self._looks.append((busy, self._library.nvmlDeviceGetMemoryInfo(handle).used))
            if over.wait(LOOK_SECONDS):
                return


def _open_library() -> Any:
    if find_spec("pynvml") is None:
        return None
    import pynvml  # noqa: PLC0415

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml


def _decode(text: str | bytes) -> str:
    return text.decode() if isinstance(text, bytes) else text
