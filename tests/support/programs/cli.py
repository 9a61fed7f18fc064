"""Run the command `facetally` as a process, in its own environment, and leave nothing behind."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

import psutil
import pytest

from cli.main import run_command
from models.weights.catalog import SAMPLES
from models.weights.folder import default_weights_dir
from worker.settings import PREFIX

WEIGHTS_DIR = default_weights_dir(os.environ)
FACETALLY = (sys.executable, "-P", "-m", "cli.main")
# Every process that a command starts inherits it.
MARK = "TEST_OF_THE_COMMAND_LINE"
DEADLINE_SECONDS = 90

Found = TypeVar("Found")


class Terminal:
    """Starts commands, and gives them a folder for temporary files of their own."""

    def __init__(self) -> None:
        # A short path: the path of a socket in it may not be long.
        self._folder = tempfile.TemporaryDirectory(prefix="cli-")
        self.temporary = Path(self._folder.name)
        self._started: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End what a failed test left behind."""
        for process in self.find_processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for started in self._started:
            started.communicate()
        self._folder.cleanup()

    def start(self, *words: object, **settings: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*FACETALLY, *map(str, words)],
            env=self._make_environ(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C in the terminal of the tests ends the tests, which then end this process.
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def run(self, *words: object, **settings: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, **settings)
        stdout, stderr = process.communicate(timeout=DEADLINE_SECONDS)
        return subprocess.CompletedProcess(words, process.returncode, stdout, stderr)

    def _make_environ(self, settings: dict[str, str]) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        own = {"weights_dir": str(WEIGHTS_DIR), "workers": "1", **settings}
        return {
            **others,
            MARK: self.temporary.name,
            "TMPDIR": str(self.temporary),
            **{PREFIX + name.upper(): value for name, value in own.items()},
        }

    def find_processes(self) -> list[psutil.Process]:
        """Every living process that was started from here, directly or by another process."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            # The queue's server overwrites its environment with its title, which names the socket.
            marked = process.environ().get(MARK) == self.temporary.name
            titled = self.temporary.name in " ".join(process.cmdline())
            return (marked or titled) and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def is_clean(self) -> bool:
        """Whether no process and no temporary file is left."""
        return not self.find_processes() and not list(self.temporary.iterdir())


@dataclass(frozen=True)
class Called:
    """The result of a command that ran in the test's own process."""

    returncode: int
    stdout: str
    stderr: str


def call_facetally(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *words: object,
    **settings: str,
) -> Called:
    """Run a command in this process, which is many times as fast as in its own."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(PREFIX + name.upper(), value)
    capsys.readouterr()
    returncode = run_command([str(word) for word in words])
    return Called(returncode, *capsys.readouterr())


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """Return the next line on stderr that contains `word`, and drop the lines before it."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        if word in line:
            return line
        lines.append(line)
    raise AssertionError(f"ended without saying {word!r}:\n{''.join(lines)}")


def wait_for(look: Callable[[], Found], what: str) -> Found:
    """Call `look` until it returns something true, and return that."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
    return found


def copy_samples(folder: Path) -> None:
    """Copy the sample photos into a folder; one of them has no face."""
    folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        (folder / Path(sample.name).name).write_bytes((WEIGHTS_DIR / sample.name).read_bytes())
