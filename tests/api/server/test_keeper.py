"""One process keeps the live feeds; the others pass connections on to it."""

import os
import socket
from contextlib import closing
from multiprocessing import get_context

from api.server.keeper import FEEDS, Keeper


def test_a_connection_reaches_the_process_with_the_lock() -> None:
    ours, theirs = socket.socketpair()
    with closing(Keeper()) as keeper, ours, theirs:
        # No one has the lock yet: it waits for the one that takes it.
        assert keeper.passes_on(FEEDS)
        assert not keeper.passes_on("/v1/jobs")
        assert keeper.send(theirs, b"GET")
        theirs.close()
        assert keeper.try_lock()
        assert not keeper.try_lock()
        assert not keeper.passes_on(FEEDS)
        passed = keeper.receive()
        assert passed is not None
        connection, content = passed
        assert content == b"GET"
        with connection:
            connection.sendall(b"answer")
        assert ours.recv(100) == b"answer"
        assert keeper.receive() is None


def test_the_lock_goes_to_another_process_when_its_owner_ends() -> None:
    context = get_context("fork")
    locked, stop = context.Event(), context.Event()
    with closing(Keeper()) as keeper:

        def hold() -> None:
            assert keeper.try_lock()
            locked.set()
            stop.wait()
            os._exit(0)

        child = context.Process(target=hold)
        child.start()
        assert locked.wait(30)
        assert not keeper.try_lock()
        stop.set()
        child.join()
        assert keeper.try_lock()
