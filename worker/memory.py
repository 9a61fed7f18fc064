"""Bounds the memory of a decoder: a file may need more than its header says."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil


@contextmanager
def bound_memory(more_bytes: int) -> Iterator[None]:
    """Let this process allocate at most `more_bytes` beyond what it has now.

    On systems without such a limit, this does nothing.
    """
    most, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = psutil.Process().memory_info().vms + more_bytes
    if most != resource.RLIM_INFINITY:
        bound = min(bound, most)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
