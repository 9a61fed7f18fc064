"""Processor time and memory of the processes of a stack while it works."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psutil

from cli.speed.memory import Memory
from cli.speed.rounds import Round

# How the processes of a stack are told apart, by their command lines.
PROGRAMS = ("api", "dispatcher", "worker", "valkey", "decoding")
# What workers start for each part of a video.
FFMPEG = "ffmpeg"
# Each look takes some milliseconds of a core.
LOOK_SECONDS = 1.0


class StackWatch:
    """Processor time and memory of a stack's processes while it worked."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        # The most that the stack, and one of its slots, had at once.
        self.memory = Memory()

    def run(self, stack: Sequence[psutil.Process], work: Callable[[], Round]) -> Round:
        before = _read_seconds(stack)
        with self._watch_memory(stack):
            done = work()
        for key, seconds in _read_seconds(stack).items():
            self._seconds[key[1]] += seconds - before.get(key, 0.0)
        return done

    @property
    def seconds(self) -> float:
        """Processor time of all."""
        return sum(self._seconds.values())

    def milliseconds(self, pictures: int) -> dict[str, float]:
        """Processor time of each program a picture, of `pictures` in all."""
        return {
            name: round(1000 * seconds / pictures, 2)
            for name, seconds in sorted(self._seconds.items())
            if seconds or name != FFMPEG
        }

    @contextmanager
    def _watch_memory(self, stack: Sequence[psutil.Process]) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._look, args=(stack, ended), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _look(self, stack: Sequence[psutil.Process], ended: threading.Event) -> None:
        """At least once, at the end."""
        is_over = False
        while not is_over:
            is_over = ended.wait(LOOK_SECONDS)
            self.memory = self.memory.most(Memory.read(_list_family(stack)))


def _list_family(stack: Sequence[psutil.Process]) -> list[psutil.Process]:
    return [one for process in stack for one in (process, *process.children(recursive=True))]


def _read_seconds(stack: Sequence[psutil.Process]) -> dict[tuple[psutil.Process, str], float]:
    """The processor time of each process so far, by the name of its program, and of what a worker
    has started and seen end."""
    seconds = {}
    for process in _list_family(stack):
        name, times = _name_program(process), process.cpu_times()
        seconds[process, name] = float(times.user + times.system)
        if name == "worker":
            seconds[process, FFMPEG] = float(times.children_user + times.children_system)
    return seconds


def _name_program(process: psutil.Process) -> str:
    words = process.cmdline()
    found = (name for name in PROGRAMS if any(name in word for word in words))
    return next(found, process.name())
