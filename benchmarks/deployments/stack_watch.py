"""Processor time and memory of the processes of a stack while it works."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import psutil

from benchmarks.deployments.worker_memory import read_slot_peak
from benchmarks.rounds import Round
from worker.settings import MEBIBYTE

# How the processes of a stack are told apart, by their command lines.
PROGRAMS = ("api", "dispatcher", "worker", "valkey", "decoding")


class StackWatch:
    """Processor time and memory of a stack's processes while it worked."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._most_bytes = 0
        self.slot_megabytes = 0.0  # the most that a slot of the worker had at once

    def run(self, stack: Sequence[psutil.Process], work: Callable[[], Round]) -> Round:
        before = {process: _busy_seconds(process) for process in _family(stack)}
        done = work()
        for process in _family(stack):
            used = _busy_seconds(process) - before.get(process, 0.0)
            self._seconds[_name_program(process)] += used
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
        }


def _family(stack: Sequence[psutil.Process]) -> list[psutil.Process]:
    return [one for process in stack for one in (process, *process.children(recursive=True))]


def _busy_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _name_program(process: psutil.Process) -> str:
    words = process.cmdline()
    found = (name for name in PROGRAMS if any(name in word for word in words))
    return next(found, process.name())
