"""Writers of an SQLite database take turns, in one process and in several."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from db.writers import WriterQueue

WRITERS, TURNS = 12, 40


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "database")


def test_one_writes_at_a_time_and_everyone_gets_a_turn(path: str) -> None:
    # Each has a file of its own, as processes do.
    queues = [WriterQueue(path, 60) for _ in range(3)]
    inside, most, turns = 0, 0, 0

    def write(number: int) -> None:
        nonlocal inside, most, turns
        for _ in range(TURNS):
            with queues[number % len(queues)].turn():
                inside += 1
                most = max(most, inside)
                turns += 1
                inside -= 1

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))
    for queue in queues:
        queue.close()
    assert (most, turns) == (1, WRITERS * TURNS)


def test_a_turn_ends_with_an_error_and_with_its_process(path: str) -> None:
    first, second = WriterQueue(path, 60), WriterQueue(path, 60)
    with pytest.raises(ZeroDivisionError), first.turn():
        raise ZeroDivisionError
    with second.turn():
        pass
    entered = first.turn()
    entered.__enter__()
    # As the end of its process does.
    first.close()
    with second.turn():
        pass
    second.close()


def test_whoever_waits_too_long_leaves_it_to_the_database(path: str) -> None:
    patient, hasty = WriterQueue(path, 60), WriterQueue(path, 0.05)
    over, entered = threading.Event(), threading.Event()

    def hold() -> None:
        with patient.turn():
            entered.set()
            over.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(60)
    with hasty.turn():
        assert not over.is_set()
    over.set()
    holder.join()
    for queue in (patient, hasty):
        queue.close()


def test_a_process_that_always_writes_leaves_turns_to_others(path: str) -> None:
    busy, other = WriterQueue(path, 60), WriterQueue(path, 60)
    over = threading.Event()
    turns = 0

    def write() -> None:
        nonlocal turns
        while not over.is_set():
            with busy.turn():
                turns += 1
                over.wait(0.001)

    with ThreadPoolExecutor(3) as threads:
        for _ in range(3):
            threads.submit(write)
        for _ in range(20):
            with other.turn():
                pass
        over.set()
    for queue in (busy, other):
        queue.close()
    # One that only asked again and again had to let ten pass for each of its own.
    assert turns < 100
