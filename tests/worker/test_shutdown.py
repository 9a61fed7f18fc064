"""The pool children of a worker learn that it is shutting down, forked or spawned."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from worker.shutdown import PATH_VARIABLE, ShutdownFlag

SPAWNED = (
    "from worker.shutdown import ShutdownFlag; flag = ShutdownFlag(); flag.open(); "
    "print(flag.is_set())"
)


@pytest.fixture
def flag() -> ShutdownFlag:
    made = ShutdownFlag()
    made.create()
    return made


def ask_spawned() -> str:
    words = [sys.executable, "-c", SPAWNED]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def ask_forked(flag: ShutdownFlag) -> bool:
    pid = os.fork()
    if pid == 0:
        flag.open()
        os._exit(1 if flag.is_set() else 0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1


def test_spawned_children_see_the_flag(flag: ShutdownFlag) -> None:
    assert ask_spawned() == "False"
    flag.set()
    assert ask_spawned() == "True"
    flag.remove()


def test_forked_children_see_the_flag_although_its_file_was_deleted(flag: ShutdownFlag) -> None:
    path = Path(os.environ[PATH_VARIABLE])
    path.unlink()
    assert not ask_forked(flag)
    flag.set()
    assert ask_forked(flag)
    flag.remove()


def test_a_child_that_finds_no_flag_keeps_working(flag: ShutdownFlag) -> None:
    flag.set()
    Path(os.environ[PATH_VARIABLE]).unlink()
    assert ask_spawned() == "False"
    flag.remove()
    assert not path_is_set()


def path_is_set() -> bool:
    return PATH_VARIABLE in os.environ
