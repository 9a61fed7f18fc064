"""One process of the embedded stack: started, seen to end, started again, ended."""

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

# One that ends sooner than this after its start has not come up.
EARLY_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
TAIL_LINES = 15
STDERR = 2


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """What to start, and what the others may expect of it."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    descriptors: tuple[int, ...] = ()  # open files it inherits under the same numbers
    socket: Path | None = None  # the others start once this is there, and end before it
    log: Path | None = None  # its words go here, else to stderr

    def read_tail(self) -> str:
        """The last words of its log."""
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


class Child:
    """The process of a plan, a new one each time the last has ended."""

    def __init__(self, plan: ChildPlan) -> None:
        self.plan = plan
        self.early_ends = 0  # in a row
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
        """In a session of its own: a Ctrl-C in the terminal is for the one that started it."""
        tied = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *self.plan.command]
        words = STDERR if self.plan.log is None else self._open_log()
        try:
            self._process = subprocess.Popen(
                tied,
                env=dict(self.plan.environ),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                pass_fds=self.plan.descriptors,
                start_new_session=True,
            )
        finally:
            if words != STDERR:
                os.close(words)
        self._started_at = monotonic()

    def _open_log(self) -> int:
        return os.open(str(self.plan.log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def take_end(self) -> int | None:
        """The exit status of a process that has ended since the last question."""
        if self._process is None or (status := self._process.poll()) is None:
            return None
        self.kill()
        early = monotonic() - self._started_at < EARLY_SECONDS
        self.early_ends = self.early_ends + 1 if early else 0
        self._due_at = monotonic() + self.pause_seconds
        return status

    @property
    def pause_seconds(self) -> float:
        """Before it is started again: 1 second, and twice as long after each early end."""
        return min(2.0 ** max(self.early_ends - 1, 0), LONGEST_PAUSE_SECONDS)

    def terminate(self) -> None:
        """Ask it to finish what it is at."""
        if self._process is not None:
            self._process.terminate()

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it and all that it started."""
        if self._process is None:
            return
        kill_group(self._process.pid)
        self._process.wait()
        self._process = None


def kill_group(pid: int) -> None:
    """End every process of a group that is named after its first one."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def describe_end(status: int) -> str:
    """`ended with status 1` or `was ended by SIGKILL`."""
    if status >= 0:
        return f"ended with status {status}"
    return f"was ended by {signal.Signals(-status).name}"
