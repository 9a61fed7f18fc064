"""A server that runs as users start it, and its processes."""

import psutil
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from db.states import ChunkState
from db.tables.chunks import ChunkRow


class Served:
    """The server, its address, and its clients."""

    def __init__(self, terminal, process, url):
        self.terminal, self.process, self.url = terminal, process, url

    def run(self, *words):
        """In a process, as a user does."""
        return self.terminal.run(*words, url=self.url)

    def find_child(self, *words):
        children = psutil.Process(self.process.pid).children()
        found = [child for child in children if set(words) <= set(child.cmdline())]
        return found[0] if found else None


def kill_holder(database, pid):
    """Kill the bulk worker while it holds a chunk; None where it holds none."""
    [worker] = [
        child
        for child in psutil.Process(pid).children()
        if {"cli.stack.celery_worker", "bulk"} <= set(child.cmdline())
    ]
    if not has_leases(database):
        return None
    worker.suspend()
    try:
        holds = has_leases(database)
    except OperationalError:
        # It holds the lock of the database instead.
        holds = False
    if holds:
        worker.kill()
        return worker
    worker.resume()
    return None


def has_leases(database):
    leased = select(ChunkRow.id).where(ChunkRow.state == ChunkState.LEASED)
    with database.read() as session:
        return session.scalars(leased).first() is not None


def find_queue(served):
    """The queue's server, which is called by its socket's path."""
    children = psutil.Process(served.process.pid).children()
    [found] = [child for child in children if "queue.sock" in child.cmdline()[0]]
    return found
