"""The command `facetally` as a process, with an environment of its own and nobody left behind."""

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
from models.weights.folder import default_weights_dir
from models.weights.manifest import SAMPLES
from worker.settings import PREFIX

WEIGHTS_DIR = default_weights_dir(os.environ)
FACETALLY = (sys.executable, "-P", "-m", "cli.main")
# Every process that a command starts inherits it.
MARK = "TEST_OF_THE_COMMAND_LINE"
DEADLINE_SECONDS = 90

Found = TypeVar("Found")


class Terminal:
    """Where commands are started: with a folder for temporary files, empty again after each."""

    def __init__(self) -> None:
        # Its path is short, as that of a socket in it must be.
        self._folder = tempfile.TemporaryDirectory(prefix="cli-")
        self.temporary = Path(self._folder.name)
        self._started: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever a test that failed has left is ended."""
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
            # Whoever runs the tests may press Ctrl-C for all of them.
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
        """Every living process that was started from here, by whomever."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            # The queue's server writes its title, with the socket's path, over its environment.
            marked = process.environ().get(MARK) == self.temporary.name
            titled = self.temporary.name in " ".join(process.cmdline())
            return (marked or titled) and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def is_clean(self) -> bool:
        """No process and no temporary file is left."""
        return not self.find_processes() and not list(self.temporary.iterdir())


@dataclass(frozen=True)
class Called:
    """How a command ended that was called in the test's own process."""

    returncode: int
    stdout: str
    stderr: str


def call_facetally(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *words: object,
    **settings: str,
) -> Called:
    """The command without a process of its own: many times as fast."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(PREFIX + name.upper(), value)
    capsys.readouterr()
    returncode = run_command([str(word) for word in words])
    return Called(returncode, *capsys.readouterr())


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """The line on stderr that has `word`; the lines before it are read and dropped."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        if word in line:
            return line
        lines.append(line)
    raise AssertionError(f"ended without saying {word!r}:\n{''.join(lines)}")


def wait_for(look: Callable[[], Found], what: str) -> Found:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
    return found


def copy_samples(folder: Path) -> None:
    """The sample photographs, of which one has no face."""
    folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        (folder / Path(sample.name).name).write_bytes((WEIGHTS_DIR / sample.name).read_bytes())
