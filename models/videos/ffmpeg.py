"""FFmpeg, a program that reads foreign files: each run is a process of its own, confined, which
ends with the process that started it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from select import POLLIN, poll
from typing import IO, Self

from models.errors import FfmpegUnavailable

CONFINEMENT = Path(__file__).with_name("confinement.py")
# Nothing of our own environment: it has passwords. One arena is enough for a decoder, and each
# takes address space.
ENVIRONMENT = {"LC_ALL": "C", "MALLOC_ARENA_MAX": "1"}
# No questions, no advertisement; each decoder and filter in one thread.
BOUNDS = ("-nostdin", "-hide_banner", "-threads", "1", "-filter_threads", "1")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take. The memory is enough for the sixteen frames of 36 megapixels that an
    H.264 decoder may have to keep; the time is for runs that nobody waits for any more."""

    memory_bytes: int = 4 << 30
    cpu_seconds: int = 1800
    file_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """The program that is used: a path."""

    program: str

    @classmethod
    def find(cls, program: str = "") -> Self:
        """The named program, or else the one that is installed with us. Raises
        FfmpegUnavailable."""
        path = program or _find_installed()
        if not os.access(path, os.X_OK):
            raise FfmpegUnavailable(
                f"There is no program {path!r}. Set FACETALLY_FFMPEG to an FFmpeg of version 7 or "
                "newer."
            )
        return cls(path)

    def start(
        self,
        arguments: Sequence[str],
        *,
        limits: Limits = Limits(),
        passed: Sequence[int] = (),
        stdin: int | IO[bytes] = subprocess.DEVNULL,
        stdout: int | IO[bytes] = subprocess.DEVNULL,
        stderr: int | IO[bytes] = subprocess.DEVNULL,
    ) -> "Run":
        """Start it with these arguments, and with the file descriptors that they name."""
        bounds = (os.getpid(), limits.memory_bytes, limits.cpu_seconds, limits.file_bytes)
        return Run(
            subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", str(CONFINEMENT), *map(str, bounds)),
                    *(self.program, *BOUNDS, *arguments),
                ],
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                pass_fds=passed,
                env=ENVIRONMENT,
                start_new_session=True,
                bufsize=0,
            )
        )


@cache
def _find_installed() -> str:
    folder = Path(str(files("imageio_ffmpeg"))) / "binaries"
    return str(next(folder.glob("ffmpeg-*"), folder / "ffmpeg"))


class Run:
    """One run, until `close` kills it and whatever it started."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process

    def close(self) -> None:
        if self.process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self.process.wait()


def reopen(file: IO[bytes]) -> int:
    """A file descriptor of an open file with a position of its own, at the beginning; on systems
    other than Linux, it shares its position with the file."""
    descriptor = os.open(f"/dev/fd/{file.fileno()}", os.O_RDONLY)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


@contextmanager
def reopened(file: IO[bytes]) -> Iterator[int]:
    """Such a descriptor, while a program is started that takes it over."""
    descriptor = reopen(file)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def wait_for(descriptor: int, seconds: float) -> bool:
    """Whether something can be read, or the end is reached, within that time."""
    waiting = poll()
    waiting.register(descriptor, POLLIN)
    return bool(waiting.poll(seconds * 1000))
