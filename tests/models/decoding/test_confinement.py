"""What a decoder could still do that a picture has taken over."""

import os
import platform
import subprocess
import sys

import pytest

from models.decoding.calls import MACHINES
from models.decoding.decoder import ENVIRONMENT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in MACHINES,
    reason="there is no filter for this system",
)
# Each tries what it names, as the decoder's process, and exits with 0 if that works.
TRIES = {
    "work": "sum(bytes(bytearray(10_000_000)))",
    "threads": "t = threading.Thread(target=print); t.start(); t.join()",
    "read a file": "open('/etc/hostname').read()",
    "read the environment of its worker": "open(f'/proc/{parent}/environ').read()",
    "write a file": "open('/tmp/facetally-taken-over', 'w')",
    "list a folder": "os.listdir('/')",
    "reach the network": "socket.socket()",
    "reach another process": "socket.socket(socket.AF_UNIX)",
    "start a program": "subprocess.run(['true'])",
    "fork": "os.fork()",
    "kill its worker": "os.kill(parent, 0)",
    "signal its worker": "signal.pidfd_send_signal(os.pidfd_open(parent), 0)",
    "read the memory of its worker": "check(libc.process_vm_readv(parent, 0, 0, 0, 0, 0))",
    "trace its worker": "check(libc.ptrace(0x4206, parent, 0, 0))",
}
PROGRAM = """
import ctypes, os, signal, socket, subprocess, sys, threading
from models.decoding.confinement import confine
parent, libc = os.getppid(), ctypes.CDLL(None, use_errno=True)
def check(status):
    if status:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
assert confine() == ""
{}
"""


@pytest.mark.parametrize("name", TRIES)
def test_it_works_and_does_nothing_else(name: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM.format(TRIES[name])],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if name in ("work", "threads"):
        assert ran.returncode == 0, ran.stderr
    else:
        assert "Operation not permitted" in ran.stderr


def test_its_environment_has_nothing_of_ours() -> None:
    assert not {name for name in ENVIRONMENT if name.startswith("FACETALLY")}
    assert not set(os.environ.items()) & set(ENVIRONMENT.items()) - {
        ("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
    }
