"""The memory of the processes of a stack: a page that several have counts as a share in each."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil

from worker.settings import MEBIBYTE

# What a command line of a worker and of its pool children has.
WORKER = "celery_worker"


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a whole stack, and of the slot that has most: a pool child with its decoders."""

    stack_megabytes: float = 0.0
    slot_megabytes: float = 0.0

    @classmethod
    def read(cls, processes: Sequence[psutil.Process]) -> "Memory":
        """Now; `processes` are all of the stack."""
        sizes = {one: _read_megabytes(one) for one in processes}
        slots = [
            sum(sizes.get(one, 0.0) for one in _list_family(process))
            for process in processes
            if _is_slot(process)
        ]
        return cls(sum(sizes.values()), max(slots, default=0.0))

    def most(self, other: "Memory") -> "Memory":
        return Memory(
            max(self.stack_megabytes, other.stack_megabytes),
            max(self.slot_megabytes, other.slot_megabytes),
        )


def _read_megabytes(process: psutil.Process) -> float:
    """Where the system does not tell the share of a page, without what others have, too."""
    with suppress(psutil.Error):
        info = process.memory_full_info()
        return float(getattr(info, "pss", info.uss)) / MEBIBYTE
    return 0.0


def _list_family(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return [process, *process.children()]
    return [process]


def _is_slot(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        parent = process.parent()
        return parent is not None and _is_worker(process) and _is_worker(parent)
    return False


def _is_worker(process: psutil.Process) -> bool:
    return any(WORKER in word for word in process.cmdline())
