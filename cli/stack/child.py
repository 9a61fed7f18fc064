"""One process of the embedded stack: started, polled, restarted, ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from cli.stack import tether

# An exit within this time after the start is an early one.
EARLY_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
TAIL_LINES = 15
STDERR = 2


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """What to start, and the socket that the others wait for."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    descriptors: tuple[int, ...] = ()  # open files it inherits under the same numbers
    socket: Path | None = None  # the others start once this is there, and end before it
    log: Path | None = None  # its words go here, else to stderr

    def read_tail(self) -> str:
        """The last lines of its log."""
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


class Child:
    """The process of a specification, a new one after each exit."""

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self.early_exits = 0  # in a row
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._due_at = 0.0

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def is_due(self) -> bool:
        return self._process is None and monotonic() >= self._due_at

    def start(self) -> None:
        """In a session of its own: Ctrl-C in the terminal goes to the command alone."""
        tied = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *self.spec.command]
        words = STDERR if self.spec.log is None else self._open_log()
        try:
            self._process = subprocess.Popen(
                tied,
                env=dict(self.spec.environ),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                pass_fds=self.spec.descriptors,
                start_new_session=True,
            )
        finally:
            if words != STDERR:
                os.close(words)
        self._started_at = monotonic()

    def _open_log(self) -> int:
        return os.open(str(self.spec.log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def poll_exit(self) -> int | None:
        """The exit status of a process that has ended since the last poll."""
        if self._process is None or (status := self._process.poll()) is None:
            return None
        self.kill()
        early = monotonic() - self._started_at < EARLY_SECONDS
        self.early_exits = self.early_exits + 1 if early else 0
        self._due_at = monotonic() + self.pause_seconds
        return status

    @property
    def pause_seconds(self) -> float:
        """Until the restart: 1 second, doubled after each early exit."""
        return min(2.0 ** max(self.early_exits - 1, 0), LONGEST_PAUSE_SECONDS)

    def terminate(self) -> None:
        """Ask it to finish its work and exit."""
        if self._process is not None:
            self._process.terminate()

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kill it and all that it started."""
        if self._process is None:
            return
        kill_group(self._process.pid)
        self._process.wait()
        self._process = None


def kill_group(pid: int) -> None:
    """Kill every process of the group that this process leads."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def describe_exit(status: int) -> str:
    """`exited with status 1` or `was killed by SIGKILL`."""
    if status >= 0:
        return f"exited with status {status}"
    return f"was killed by {signal.Signals(-status).name}"
