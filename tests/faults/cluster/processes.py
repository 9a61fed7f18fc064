"""The processes of a cluster; each is restarted when it ends, as by an operator's supervisor."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

TURN_SECONDS = 0.05
GRACE_SECONDS = 10.0


class Program:
    """A command, and the process that currently runs it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environ: Mapping[str, str],
        log: Path,
        inherited: Sequence[int] = (),
    ) -> None:
        self.name = name
        # Not started again while it is.
        self.is_held = False
        self._inherited = inherited
        self._command = command
        self._environ = environ
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self._inherited,
            )

    @property
    def process(self) -> "subprocess.Popen[bytes] | None":
        """The current process; a restart makes another."""
        return self._process

    def read_log(self) -> str:
        return self._log.read_text(errors="replace")

    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def wait(self, seconds: float) -> int | None:
        """Its exit status; None if it has not ended by then."""
        try:
            return self._process.wait(seconds) if self._process is not None else None
        except subprocess.TimeoutExpired:
            return None

    def find_children(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).children() if self.pid is not None else []
        return []

    def send_all(self, number: signal.Signals) -> None:
        """To the process and its descendants."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


class Keeper:
    """Starts and restarts programs, in a thread of its own."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = list(programs)
        # The time and the name of each restart.
        self.restarts: list[tuple[float, str]] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        for program in self.programs:
            program.start()
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping.wait(TURN_SECONDS):
            for program in self.programs:
                if program.has_ended() and not program.is_held:
                    program.send_all(signal.SIGKILL)
                    program.start()
                    self.restarts.append((time.monotonic(), program.name))

    def stop(self) -> None:
        """Stop everything in order; what does not end in time is killed."""
        self._stopping.set()
        self._thread.join()
        for program in self.programs:
            program.send_all(signal.SIGCONT)
            program.send(signal.SIGTERM)
        for program in self.programs:
            program.wait(GRACE_SECONDS)
            program.send_all(signal.SIGKILL)
            program.wait(GRACE_SECONDS)
