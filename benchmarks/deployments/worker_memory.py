"""The memory of a worker's slots."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

KIBIBYTES_PER_MEBIBYTE = 1024
# What a command line of a worker and of its pool children has.
WORKER = "celery_worker"


def read_slot_peak(processes: Sequence[psutil.Process]) -> float:
    """The most megabytes that one of the slots (pool children of a worker) among `processes` has
    had, with its decoders, pages shared with others included; 0 where /proc does not tell it."""
    return round(max(_list_peaks(processes), default=0.0), 1)


def _list_peaks(processes: Sequence[psutil.Process]) -> Iterator[float]:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            parent = process.parent()
            if parent is not None and _is_worker(process) and _is_worker(parent):
                yield sum(map(_read_peak, [process, *process.children()]))


def _read_peak(process: psutil.Process) -> float:
    with suppress(FileNotFoundError):
        status = Path(f"/proc/{process.pid}/status").read_text()
        if found := re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE):
            return int(found[1]) / KIBIBYTES_PER_MEBIBYTE
    return 0.0


def _is_worker(process: psutil.Process) -> bool:
    return any(WORKER in word for word in process.cmdline())
