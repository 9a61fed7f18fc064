"""The feeds of an API process, and their threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.live.feeds import Feeds
from api.services import EXTENSION
from db.job_values import DetectionMode
from tests.support.answers.http import OpenClient
from worker.addresses.live_sources import LiveSource

NO_MACHINE_BYTES = 1 << 50


@contextmanager
def no_thread_starts() -> Iterator[None]:
    """No thread can start in this block, as none gets a stack of this size."""
    before = threading.stack_size(NO_MACHINE_BYTES)
    yield
    threading.stack_size(before)


def test_a_feed_that_could_not_start_keeps_nobody_waiting(open_client: OpenClient, tmp_path: Path):
    source = LiveSource.parse(f"stage={tmp_path}/none.mp4")
    feeds: Feeds = open_client().application.extensions[EXTENSION].feeds
    with no_thread_starts(), pytest.raises(RuntimeError, match="can't start new thread"):
        feeds.watch(source, DetectionMode.NORMAL, hang_up=lambda: None)
    watcher = feeds.watch(source, DetectionMode.NORMAL, hang_up=lambda: None)
    assert "feed stage" in {thread.name for thread in threading.enumerate()}
    watcher.leave()
