"""The parts of the embedded stack, with processes that only sleep and exit."""

import os
import signal
import subprocess
import sys
from time import monotonic

import psutil
import pytest

from cli.environment import child_environment
from cli.exits import CommandFailed
from cli.stack.child import ProcessSpec, describe_exit, kill_group
from cli.stack.data_folder import DataFolder, StackRecord, StartedProcess
from cli.stack.orphans import end_orphans, note_processes
from cli.stack.supervisor import Supervisor
from tests.support.programs.cli import wait_for
from worker.settings import Settings

PATIENCE_SECONDS = 15.0
SLEEP = "import time; time.sleep(600)"
# Ends only when it is killed, as does its child.
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    f"subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); print('up', flush=True); time.sleep(600)"
)


def specify(name, code, **others):
    return ProcessSpec(name, (sys.executable, "-c", code), dict(os.environ), **others)


class Record:
    """The pids that a supervisor recorded last."""

    pids: tuple[int, ...] = ()

    def __init__(self):
        self.dead = []

    def __call__(self, pids):
        self.pids = tuple(pids)

    def bury(self, pid):
        self.dead.append(pid)

    def clear(self):
        self.pids = ()


@pytest.fixture
def supervise():
    """Starts a supervisor that is stopped when the test ends."""
    opened = []

    def start(*specs, early_exits_allowed=None):
        record = Record()
        supervisor = Supervisor(
            specs, record, record.bury, record.clear, early_exits_allowed, PATIENCE_SECONDS
        )
        opened.append(supervisor)
        supervisor.start()
        return supervisor, record

    yield start
    for supervisor in opened:
        supervisor.stop(interrupted=False)


def test_a_process_that_exits_is_restarted(supervise):
    supervisor, record = supervise(specify("one", SLEEP), specify("two", SLEEP))
    first = wait_for(lambda: len(record.pids) == 2 and record.pids, "two processes")
    supervisor.settle()

    kill_group(first[1])
    second = wait_for(lambda: len(record.pids) == 2 and record.pids != first and record.pids, "it")

    assert second[0] == first[0]
    assert record.dead == [first[1]]
    supervisor.check()
    supervisor.stop(interrupted=False)
    assert record.pids == ()
    assert record.dead == [first[1]], "a requested exit is not a death"
    assert not any(psutil.pid_exists(pid) for pid in second)


def test_an_exit_during_the_start_ends_all_processes_and_shows_its_log(supervise, tmp_path):
    failing = specify("failing", "import sys; sys.exit('no luck')", log=tmp_path / "log")
    supervisor, record = supervise(specify("one", SLEEP), failing)

    supervisor.wait(60)

    with pytest.raises(
        CommandFailed, match=r"failing exited with status 1 while starting.\nno luck"
    ):
        supervisor.check()
    assert record.pids == ()


def test_the_supervisor_gives_up_after_the_allowed_early_exits(supervise):
    failing = specify("failing", "import time; time.sleep(0.2)")
    supervisor, _ = supervise(failing, early_exits_allowed=1)
    supervisor.settle()

    supervisor.wait(60)

    with pytest.raises(CommandFailed, match="repeatedly"):
        supervisor.check()


def test_other_processes_start_once_the_socket_exists(supervise, tmp_path):
    socket = tmp_path / "socket"
    opening = "import pathlib, time; time.sleep(0.3); "
    opening += f"pathlib.Path({str(socket)!r}).touch(); time.sleep(600)"
    looking = f"import os, time; assert os.path.exists({str(socket)!r}); time.sleep(600)"

    supervisor, record = supervise(
        specify("server", opening, socket=socket), specify("client", looking)
    )

    wait_for(lambda: len(record.pids) == 2, "both")
    supervisor.settle()
    supervisor.check()


@pytest.fixture
def interrupt_soon():
    """Sends Ctrl-C shortly after."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    yield lambda: signal.setitimer(signal.ITIMER_REAL, 0.3)
    signal.signal(signal.SIGALRM, before)


def test_a_second_interruption_kills_the_processes(supervise, interrupt_soon, tmp_path):
    log = tmp_path / "log"
    supervisor, record = supervise(specify("stubborn", STUBBORN, log=log))
    wait_for(lambda: log.exists() and "up" in log.read_text(), "the process")
    family = psutil.Process(record.pids[0]).children(recursive=True)
    started = monotonic()

    interrupt_soon()
    supervisor.stop(interrupted=False)

    assert monotonic() - started < PATIENCE_SECONDS
    assert record.pids == ()
    assert family
    wait_for(lambda: not any(process.is_running() for process in family), "its child")


@pytest.fixture
def stray():
    """A process with a child in its own group, as a killed stack leaves it."""
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], start_new_session=True, stdout=subprocess.PIPE
    )
    process.stdout.readline()
    yield process
    kill_group(process.pid)
    process.communicate()


def test_the_processes_that_a_killed_stack_left_are_ended(stray, tmp_path):
    scratch = tmp_path / "facetally-stack-0"
    scratch.mkdir()
    folder = DataFolder(tmp_path)
    note_processes(folder, scratch, [stray.pid])
    family = [psutil.Process(stray.pid), *psutil.Process(stray.pid).children()]

    end_orphans(folder)

    assert len(family) == 2
    wait_for(lambda: not any(process.is_running() for process in family), "the end of both")
    assert not scratch.exists()


def test_another_process_with_the_pid_of_ours_is_not_touched(stray, tmp_path):
    kept = tmp_path / "photos"
    kept.mkdir()
    folder = DataFolder(tmp_path)
    created = psutil.Process(stray.pid).create_time()
    folder.write_record(StackRecord(str(kept), (StartedProcess(stray.pid, created - 60),)))

    end_orphans(folder)

    assert stray.poll() is None
    assert kept.exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"scratch": "/x"}', '{"processes": [{"pid": 1}]}']
)
def test_a_broken_record_is_ignored(tmp_path, text):
    (tmp_path / "stack.json").write_text(text)
    folder = DataFolder(tmp_path)

    end_orphans(folder)

    assert folder.read_record() is None


def test_settings_reach_a_child_unchanged(tmp_path):
    settings = Settings(
        data_dir=tmp_path / "sp ace",
        api_keys=("a" * 32, "b" * 32),
        chunk_items=7,
        file_roots=(tmp_path,),
        sources=("https://", "s3://photos"),
        devices=(0, 1),
        trusted_proxies=("10.0.0.7", "10.1.0.0/16"),
    ).complete()

    assert Settings.from_env(child_environment(settings, settings.file_roots)) == settings


def test_the_exit_of_a_process_is_described():
    assert describe_exit(1) == "exited with status 1"
    assert describe_exit(-9) == "was killed by SIGKILL"
