"""FFmpeg runs confined, and ends with the process that started it."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from models.errors import FfmpegUnavailable
from models.videos.ffmpeg import Ffmpeg, Limits

ENDS_SECONDS = 60.0


def write_program(folder: Path, script: str) -> Ffmpeg:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return Ffmpeg.find(str(path))


def read_output(program: Ffmpeg) -> str:
    limits = Limits(memory_bytes=1 << 30, cpu_seconds=7)
    with closing(program.start((), limits=limits, stdout=subprocess.PIPE)) as run:
        assert run.process.stdout is not None
        return run.process.stdout.read().decode()


def test_it_sees_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACETALLY_API_KEYS", "secret")
    names = {line.partition("=")[0] for line in read_output(write_program(tmp_path, "env")).split()}
    assert names <= {"LC_ALL", "MALLOC_ARENA_MAX", "PWD", "SHLVL", "_", "OLDPWD"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have not all of these limits")
def test_it_is_limited(tmp_path: Path) -> None:
    script = "ulimit -v; ulimit -t; ulimit -f; ulimit -n; ulimit -c"
    assert read_output(write_program(tmp_path, script)).split() == [
        str(1 << 20),
        *["7", "0", "64", "0"],
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_it_is_killed_with_its_parent(tmp_path: Path) -> None:
    program = write_program(tmp_path, "exec sleep 1000")
    code = (
        "import sys, time; from models.videos.ffmpeg import Ffmpeg\n"
        f"run = Ffmpeg({program.program!r}).start(())\n"
        "print(run.process.pid, flush=True); time.sleep(1000)"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environ
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        # By then it has become the program.
        wait_until(lambda: "sleep" in child.name())
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_closing_it_ends_what_it_started(tmp_path: Path) -> None:
    run = write_program(tmp_path, "sleep 1000 & echo $!; wait").start((), stdout=subprocess.PIPE)
    assert run.process.stdout is not None
    other = psutil.Process(int(run.process.stdout.readline()))
    run.close()
    wait_until(lambda: not other.is_running() or other.status() == psutil.STATUS_ZOMBIE)
    run.close()


def test_a_program_that_is_missing_is_an_error() -> None:
    with pytest.raises(FfmpegUnavailable, match="Set FACETALLY_FFMPEG"):
        Ffmpeg.find("/nowhere/ffmpeg")


def wait_until(is_so: object) -> None:
    ends_at = monotonic() + ENDS_SECONDS
    while not is_so():  # type: ignore[operator]
        assert monotonic() < ends_at
        sleep(0.01)
