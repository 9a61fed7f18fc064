"""A signal ends a program wherever it arrives."""

import subprocess
import sys

import pytest

from tests.support.programs.cli import DEADLINE_SECONDS

# It leaves what it waits for only by an exception.
PROGRAM = """
import os, signal, time, weakref
from cli.signals import end_on_signals

class Thing:
    pass

def receive(_=None):
    os.kill(os.getpid(), signal.SIGTERM)

class Dying:
    __del__ = receive

end_on_signals()
try:
    {arrive}
    while True:
        time.sleep(1)
finally:
    print("cleaned up")
"""


@pytest.mark.parametrize(
    "arrive",
    [
        pytest.param("receive()", id="function"),
        pytest.param("Dying()", id="destructor"),
        pytest.param(
            "thing = Thing(); ref = weakref.ref(thing, receive); del thing", id="callback"
        ),
    ],
)
def test_sigterm_is_never_dropped(arrive):
    program = PROGRAM.format(arrive=arrive)
    ended = subprocess.run(
        [sys.executable, "-c", program],
        timeout=DEADLINE_SECONDS,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + 15, "cleaned up\n", "")


def test_what_else_a_destructor_raises_is_reported():
    program = """
from cli.signals import end_on_signals

class Bad:
    def __del__(self):
        1 / 0

end_on_signals()
Bad()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert "ZeroDivisionError" in ended.stderr
