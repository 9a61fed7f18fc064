"""The command `facetally` as a process, with an environment of its own and nobody left behind."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

import psutil

from models.weights import SAMPLES, default_weights_dir
from worker.settings import PREFIX

WEIGHTS_DIR = default_weights_dir(os.environ)
FACETALLY = (sys.executable, "-P", "-m", "cli.main")
# Every process that a command starts inherits it.
MARK = "TEST_OF_THE_COMMAND_LINE"
DEADLINE_SECONDS = 60

Found = TypeVar("Found")


@dataclass
class Command:
    """A started command; `mark` is in the environment of all that it starts."""

    process: subprocess.Popen[str]
    mark: str
    words: list[str] = field(default_factory=list)

    def read_until(self, word: str) -> str:
        """Its words on stderr up to the line that has `word`."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.words.append(line)
            if word in line:
                return line
        raise AssertionError(f"ended without saying {word!r}:\n{''.join(self.words)}")

    def end(self) -> tuple[int, str]:
        """Its exit status and what else it said on stderr."""
        stderr = self.process.communicate(timeout=DEADLINE_SECONDS)[1]
        return self.process.returncode, stderr

    def find_processes(self) -> list[psutil.Process]:
        """Every living process of it."""
        return find_marked(self.mark)


def start_facetally(*words: object, stdout: int = subprocess.DEVNULL, **settings: str) -> Command:
    mark = token_hex(8)
    process = subprocess.Popen(
        [*FACETALLY, *map(str, words)],
        env=make_environ(mark, **settings),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        # As in a terminal of its own: whoever runs the tests may have chosen to ignore Ctrl-C.
        start_new_session=True,
    )
    return Command(process, mark)


def run_facetally(*words: object, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FACETALLY, *map(str, words)],
        env=make_environ(token_hex(8), **settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


def make_environ(mark: str, **settings: str) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    own = {"weights_dir": str(WEIGHTS_DIR), "workers": "1", **settings}
    return {**others, MARK: mark, **{PREFIX + name.upper(): value for name, value in own.items()}}


def find_marked(mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == mark:
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_for(look: Callable[[], Found], what: str) -> Found:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
    return found


def wait_until_gone(mark: str) -> None:
    wait_for(lambda: not find_marked(mark), f"the end of {find_marked(mark)}")


def copy_samples(folder: Path) -> None:
    """The sample photographs, of which one has no face."""
    folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        (folder / Path(sample.name).name).write_bytes((WEIGHTS_DIR / sample.name).read_bytes())
