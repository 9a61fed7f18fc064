"""How much memory a decoder may take: what is in a file decides that, and not what its header
says."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil


@contextmanager
def bound_memory(more_bytes: int) -> Iterator[None]:
    """Let this process have so much more than it has now; what asks for more is refused.

    Where the system knows no such bound, there is none.
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
