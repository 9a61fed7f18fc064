"""Processor time and memory of the processes of a stack while it works."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import psutil

from benchmarks.deployments.worker_memory import read_slot_peak
from benchmarks.rounds import Round
from worker.settings import MEBIBYTE

# How the processes of a stack are told apart, by their command lines.
PROGRAMS = ("api", "dispatcher", "worker", "valkey", "decoding")
# What workers start for each part of a video.
FFMPEG = "ffmpeg"


class StackWatch:
    """Processor time and memory of a stack's processes while it worked."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._most_bytes = 0
        self.slot_megabytes = 0.0  # the most that a slot of the worker had at once

    def run(self, stack: Sequence[psutil.Process], work: Callable[[], Round]) -> Round:
        before = _read_seconds(stack)
        done = work()
        for key, seconds in _read_seconds(stack).items():
            self._seconds[key[1]] += seconds - before.get(key, 0.0)
        bytes_now = sum(process.memory_full_info().uss for process in _family(stack))
        self._most_bytes = max(self._most_bytes, bytes_now)
        self.slot_megabytes = max(self.slot_megabytes, read_slot_peak(_family(stack)))
        return done

    @property
    def megabytes(self) -> int:
        """The most memory that the processes had at the end of a round, without what they share."""
        return round(self._most_bytes / MEBIBYTE)

    def milliseconds(self, pictures: int) -> dict[str, float]:
        """Processor time of each program a picture, of `pictures` in all."""
        return {
            name: round(1000 * seconds / pictures, 2)
            for name, seconds in sorted(self._seconds.items())
            if seconds or name != FFMPEG
        }


def _family(stack: Sequence[psutil.Process]) -> list[psutil.Process]:
    return [one for process in stack for one in (process, *process.children(recursive=True))]


def _read_seconds(stack: Sequence[psutil.Process]) -> dict[tuple[psutil.Process, str], float]:
    """The processor time of each process so far, by the name of its program, and of what a worker
    has started and seen end."""
    seconds = {}
    for process in _family(stack):
        name, times = _name_program(process), process.cpu_times()
        seconds[process, name] = float(times.user + times.system)
        if name == "worker":
            seconds[process, FFMPEG] = float(times.children_user + times.children_system)
    return seconds


def _name_program(process: psutil.Process) -> str:
    words = process.cmdline()
    found = (name for name in PROGRAMS if any(name in word for word in words))
    return next(found, process.name())
