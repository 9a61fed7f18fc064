"""Confines this process, and becomes another program: `python confinement.py PARENT MEMORY CPU FILE
PROGRAM…`. It runs alone, without a package around it.

The number of processes is not limited: that limit counts all of the user's, and would stop this
program for what others do.
"""

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress

SET_SIGNAL_AT_PARENTS_DEATH = 1
MOST_FILES = 64


def main() -> None:
    parent, memory_bytes, cpu_seconds, file_bytes, *command = sys.argv[1:]
    _end_with(int(parent))
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, MOST_FILES)
    _limit(resource.RLIMIT_CPU, int(cpu_seconds))
    _limit(resource.RLIMIT_AS, int(memory_bytes))
    _limit(resource.RLIMIT_FSIZE, int(file_bytes))
    os.execv(command[0], command)


def _end_with(parent: int) -> None:
    """Be killed when the parent ends, even if it is killed itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_SIGNAL_AT_PARENTS_DEATH, signal.SIGKILL)
    if os.getppid() != parent:
        # It ended before that.
        sys.exit(1)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    # Not every system has every limit.
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main()
