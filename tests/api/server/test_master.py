"""The main process of the API ends the others, however young they are."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.support.programs.cli import DEADLINE_SECONDS
from worker.settings import PREFIX

# The main process is told to stop by a new process, which waits until it is itself told to.
PROGRAM = """
import os, signal, time
from api.server import master
from worker.settings import Settings

def stop():
    os.kill(os.getppid(), signal.SIGTERM)
    while signal.SIGTERM not in signal.sigpending():
        time.sleep(0.01)

class Young(master.ApiWorker):
    {method}

master.GRACE_SECONDS = 10 * {deadline}
master.ApiWorker = Young
master.serve(Settings.from_env())
"""
FORKED = """
    def init_process(self):
        stop()
        super().init_process()
"""
LOADING = """
    def load_wsgi(self):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        stop()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        super().load_wsgi()
"""


@pytest.mark.parametrize("method", [FORKED, LOADING], ids=["forked", "loading"])
def test_a_process_that_is_starting_ends_with_the_main_process(tmp_path, migrated_sqlite, method):
    shutil.copy(migrated_sqlite, tmp_path / "facetally.sqlite3")
    program = PROGRAM.format(method=method.strip(), deadline=DEADLINE_SECONDS)
    own = {"DATA_DIR": str(tmp_path), "REDIS_URL": f"unix://{tmp_path}/none", "PORT": "0"}
    environ = {**os.environ, **{PREFIX + name: value for name, value in own.items()}}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env=environ,
        timeout=DEADLINE_SECONDS,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
