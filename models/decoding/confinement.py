"""Gives up everything but memory, processor time and the files that are open."""

import ctypes
import os
import platform
import resource
import sys
from contextlib import suppress
from pathlib import Path

from models.decoding.calls import MACHINES, Machine, make_filter

NO_NEW_PRIVILEGES = 38
SET_FILTER, ALL_THREADS = 1, 1
# For the largest picture that the settings may allow, with what is mapped anyway.
MEMORY_BYTES = 16 << 30
# Where memory runs out, this process is to end before the worker does.
OOM_SCORE = "500"


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_char_p)]


def confine() -> str:
    """Confine this process for good; what the system refuses is named, nothing if all is done.

    Nothing can be opened afterwards, so every module has to be imported before.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit_memory()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
    machine = MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return f"{sys.platform} on {platform.machine()} has no filter of system calls"
    return _filter_calls(machine)


def _limit_memory() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    # Not every system has this limit.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _filter_calls(machine: Machine) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    lines = make_filter(machine, os.getpid())
    program = _Program(len(lines) // 8, lines)
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.syscall(
        machine.seccomp, SET_FILTER, ALL_THREADS, ctypes.byref(program)
    ):
        return f"system calls are not filtered: {os.strerror(ctypes.get_errno())}"
    return ""
