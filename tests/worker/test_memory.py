"""The memory of a decoder is bounded."""

import resource
import subprocess
import sys
from contextlib import ExitStack

import numpy as np
import pytest

from worker.memory import bound_memory

MIB = 1 << 20


def reserve(size_bytes: int) -> int:
    """Ask for memory without writing to it, which would take seconds."""
    return np.empty(size_bytes, np.uint8).nbytes


def test_memory_within_the_bound_is_granted_and_more_is_refused() -> None:
    with bound_memory(256 * MIB):
        assert reserve(64 * MIB) == 64 * MIB
        with pytest.raises(MemoryError):
            reserve(1024 * MIB)
    assert reserve(1024 * MIB) == 1024 * MIB


def test_an_earlier_bound_stays() -> None:
    code = (
        "import resource; from worker.memory import bound_memory\n"
        "bound = 1 << 40\n"
        "resource.setrlimit(resource.RLIMIT_AS, (bound, bound))\n"
        "with bound_memory(1 << 41):\n"
        "    assert resource.getrlimit(resource.RLIMIT_AS) == (bound, bound)\n"
        "assert resource.getrlimit(resource.RLIMIT_AS) == (bound, bound)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_fault_lifts_the_bound() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(ValueError, match="damaged"), bound_memory(MIB):
        raise ValueError("damaged")
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_the_limit_is_restored_when_threads_overlap() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    first, second = ExitStack(), ExitStack()
    first.enter_context(bound_memory(256 * MIB))
    second.enter_context(bound_memory(256 * MIB))
    first.close()
    assert resource.getrlimit(resource.RLIMIT_AS) != before
    second.close()
    assert resource.getrlimit(resource.RLIMIT_AS) == before
