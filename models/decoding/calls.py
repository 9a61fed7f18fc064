"""What a confined process may still ask of the system: its memory, its clock, and the files that it
has open. It opens none, connects to nothing, starts nothing and signals nobody.

Numbers are those of the kernel's tables, `arch/x86/entry/syscalls/syscall_64.tbl` and
`include/uapi/asm-generic/unistd.h`.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

# By name, on x86-64 and on 64-bit ARM; None where there is none.
ALLOWED: Mapping[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "close": (3, 57),
    "fstat": (5, 80), "lseek": (8, 62), "poll": (7, None), "ppoll": (271, 73),
    "sendto": (44, 206), "recvfrom": (45, 207), "sendmsg": (46, 211), "recvmsg": (47, 212),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "mremap": (25, 216), "madvise": (28, 233), "membarrier": (324, 283),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "setitimer": (38, 103), "restart_syscall": (219, 128),
    "futex": (202, 98), "set_robust_list": (273, 99), "rseq": (334, 293), "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123), "getcpu": (309, 168), "getpid": (39, 172),
    "gettid": (186, 178), "getrusage": (98, 165), "sysinfo": (99, 179), "uname": (63, 160),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101), "gettimeofday": (96, 169), "getrandom": (318, 278),
    "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
# A thread, but no process; a signal, but only to itself. glibc starts threads in an older way where
# the newer one, whose arguments no filter can read, is unknown.
CLONE, CLONE3, TGKILL = (56, 220), (435, 435), (234, 131)
CLONE_THREAD = 0x10000
EPERM, ENOSYS = 1, 38
# https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html
KILL, ALLOW, REFUSE = 0x80000000, 0x7FFF0000, 0x00050000
LOAD, IF_EQUAL, IF_SET, RETURN = 0x20, 0x15, 0x45, 0x06
NUMBER_AT, ARCHITECTURE_AT, FIRST_ARGUMENT_AT = 0, 4, 16


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of processor: its column above, its mark in the filter, its number of `seccomp`."""

    column: int
    mark: int
    seccomp: int


MACHINES = {
    "x86_64": Machine(0, 0xC000003E, 317),
    "aarch64": Machine(1, 0xC00000B7, 277),
}


def make_filter(machine: Machine, pid: int) -> bytes:
    """The instructions of the filter for a process, eight bytes each."""
    column = machine.column
    lines = [_load(ARCHITECTURE_AT), _if(machine.mark, 1, 0), _return(KILL), _load(NUMBER_AT)]
    for numbers in ALLOWED.values():
        if (number := numbers[column]) is not None:
            lines += [_if(number, 0, 1), _return(ALLOW)]
    lines += [_if(CLONE3[column], 0, 1), _return(REFUSE | ENOSYS)]
    lines += [_if(CLONE[column], 0, 4), _load(FIRST_ARGUMENT_AT), _if_set(CLONE_THREAD)]
    lines += [_return(ALLOW), _return(REFUSE | EPERM)]
    lines += [_if(TGKILL[column], 0, 3), _load(FIRST_ARGUMENT_AT), _if(pid, 0, 1), _return(ALLOW)]
    return b"".join([*lines, _return(REFUSE | EPERM)])


def _load(offset: int) -> bytes:
    return struct.pack("HBBI", LOAD, 0, 0, offset)


def _if(value: int, then: int, otherwise: int) -> bytes:
    """How many instructions to skip if the loaded value is this one, and if it is another."""
    return struct.pack("HBBI", IF_EQUAL, then, otherwise, value)


def _if_set(bits: int) -> bytes:
    """Skips one instruction unless some of these bits are set."""
    return struct.pack("HBBI", IF_SET, 0, 1, bits)


def _return(action: int) -> bytes:
    return struct.pack("HBBI", RETURN, 0, 0, action)
