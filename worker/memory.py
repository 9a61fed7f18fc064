"""Bounds the memory of a decoder: a file may need more than its header says."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

import psutil

_lock = Lock()
# The limits of this process while no thread bounds them, and how many threads do.
_own_limits = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
_threads = 0


@contextmanager
def bound_memory(more_bytes: int) -> Iterator[None]:
    """Let this process allocate at most `more_bytes` beyond what it has now.

    The limit is the process's: it is restored when the last thread that bounds it is done. On
    systems without such a limit, this does nothing.
    """
    _enter(more_bytes)
    try:
        yield
    finally:
        _leave()


def _enter(more_bytes: int) -> None:
    global _own_limits, _threads
    with _lock:
        most, hard = resource.getrlimit(resource.RLIMIT_AS)
        if not _threads:
            _own_limits = (most, hard)
        _threads += 1
        bound = psutil.Process().memory_info().vms + more_bytes
        if most != resource.RLIM_INFINITY:
            bound = min(bound, most)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (bound, hard))


def _leave() -> None:
    global _threads
    with _lock:
        _threads -= 1
        if not _threads:
            resource.setrlimit(resource.RLIMIT_AS, _own_limits)
