"""How often each hint is sent, and how many arrive: messages are sent twice on purpose."""

import functools
import os
from collections.abc import Callable
from typing import Any

import worker.queue.hints
from worker.chunks.runner import ChunkRunner
from worker.queue.broker import RUN_CHUNK

DELIVERIES = "FAULTS_DELIVERIES"
DELIVERED = "FAULTS_DELIVERED"


def wrap_sending(
    before: Callable[[], None] = lambda: None, after: Callable[[], None] = lambda: None
) -> None:
    """Send each hint as often as the options of the cluster say."""
    send = worker.queue.hints.Celery.send_task

    @functools.wraps(send)
    def send_task(self: Any, name: str, **options: Any) -> None:
        if name != RUN_CHUNK:
            send(self, name, **options)
            return
        before()
        for _ in range(int(os.environ.get(DELIVERIES, "1"))):
            send(self, name, **options)
        after()

    worker.queue.hints.Celery.send_task = send_task


class CountedRunner(ChunkRunner):
    """Leaves a byte in a file for each hint that reaches a worker."""

    def run(self, chunk_id: int, task_id: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(os.environ[DELIVERED], flags, 0o600)
        os.write(descriptor, b".")
        os.close(descriptor)
        super().run(chunk_id, task_id)
