"""A benchmark that is stopped ends everything it has started."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

ROOT = Path(__file__).parents[2]
STACK = ("cli.main api", "cli.main dispatcher", "celery", "valkey")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for everything the benchmark writes: its name finds the processes that use it."""
    path = Path(tempfile.mkdtemp(prefix="facetally-stopping-"))
    # The user of the PostgreSQL server must reach it.
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def find_processes(folder: Path, benchmark: psutil.Process) -> dict[psutil.Process, str]:
    """What descends from the benchmark, or works in its folder: PostgreSQL is a daemon."""
    family = {benchmark, *benchmark.children(recursive=True)} if benchmark.is_running() else set()
    found = {}
    for process in psutil.process_iter():
        try:
            words = " ".join(process.cmdline())
            if process in family or str(folder) in words:
                found[process] = words
        except psutil.NoSuchProcess:
            continue
    return found


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 180.0) -> None:
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, f"no {what} within {seconds:.0f} s"
        sleep(0.1)


@pytest.mark.parametrize(
    ("words", "programs"),
    [
        pytest.param(("coordination", "--sizes", "1000000"), (*STACK, "postgres"), id="servers"),
        pytest.param(("throughput", "--pictures", "8", "--rounds", "1000"), STACK, id="stack"),
        # While PostgreSQL is starting: the benchmark does not have its server yet.
        pytest.param(("audience",), ("postgres -D",), id="start"),
    ],
)
def test_sigterm_ends_everything(
    folder: Path, words: tuple[str, ...], programs: tuple[str, ...]
) -> None:
    name, *options = words
    benchmark = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{name}", *options, "--out", str(folder / "out")],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    family = psutil.Process(benchmark.pid)
    started: dict[psutil.Process, str] = {}

    def is_up() -> bool:
        started.update(find_processes(folder, family))
        return all(any(one in line for line in started.values()) for one in programs)

    try:
        wait_for(is_up, "programs")
        benchmark.terminate()
        assert benchmark.wait(120) == 128 + 15
        # PostgreSQL is told to stop, and needs a moment to write what it has.
        _, alive = psutil.wait_procs(list(started), timeout=10)
        assert [started[process] for process in alive] == []
        assert find_processes(folder, family) == {}
        assert not list(folder.glob("facetally-*"))
    finally:
        for process in started:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        benchmark.wait()
