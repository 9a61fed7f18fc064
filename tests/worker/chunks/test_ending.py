"""A worker's children learn that it is to end, however they were made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from worker.chunks.ending import PATH_VARIABLE, EndSign

SPAWNED = (
    "from worker.chunks.ending import EndSign; sign = EndSign(); sign.find(); "
    "print(sign.is_given())"
)


@pytest.fixture
def sign() -> EndSign:
    made = EndSign()
    made.put_up()
    return made


def ask_spawned() -> str:
    words = [sys.executable, "-c", SPAWNED]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def ask_forked(sign: EndSign) -> bool:
    pid = os.fork()
    if pid == 0:
        sign.find()
        os._exit(1 if sign.is_given() else 0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1


def test_spawned_children_learn_of_the_end(sign: EndSign) -> None:
    assert ask_spawned() == "False"
    sign.give()
    assert ask_spawned() == "True"
    sign.take_down()


def test_forked_children_learn_of_it_though_the_file_was_cleaned_away(sign: EndSign) -> None:
    path = Path(os.environ[PATH_VARIABLE])
    path.unlink()
    assert not ask_forked(sign)
    sign.give()
    assert ask_forked(sign)
    sign.take_down()


def test_a_child_that_finds_no_sign_goes_on(sign: EndSign) -> None:
    sign.give()
    Path(os.environ[PATH_VARIABLE]).unlink()
    assert ask_spawned() == "False"
    sign.take_down()
    assert not path_is_set()


def path_is_set() -> bool:
    return PATH_VARIABLE in os.environ
