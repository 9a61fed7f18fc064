"""The memory that a worker and its decoder share: pixels are written once and read in place."""

import mmap
import os
import sys
from collections import deque
from contextlib import suppress
from tempfile import TemporaryFile
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from models.decoding.messages import Pixels

# Of a working picture: one for crowds has at most 26 million pixels. Memory is taken as it is used.
BUFFER_BYTES = 96 << 20
# Of the pictures that a worker has at a time, with one to decode into.
BUFFERS = 8
# What a larger picture took is given back to the system: all but crowds have at most 32 MB.
KEPT_BYTES = 32 << 20


class Buffers:
    """The buffers of one worker. A buffer is free again once nothing reads its picture any more."""

    def __init__(self) -> None:
        self.descriptor = _make_file(BUFFER_BYTES * BUFFERS)
        self._memory = mmap.mmap(self.descriptor, BUFFER_BYTES * BUFFERS)
        self._free = deque(range(BUFFERS))

    def take(self) -> int:
        # The one used last: its memory is in the caches, and the others may never be touched.
        return self._free.pop()

    def give_back(self, buffer: int, size: int = BUFFER_BYTES) -> None:
        if size > KEPT_BYTES and hasattr(mmap, "MADV_REMOVE"):
            with suppress(OSError):
                self._memory.madvise(mmap.MADV_REMOVE, buffer * BUFFER_BYTES, BUFFER_BYTES)
        self._free.append(buffer)

    def read(self, buffer: int, found: Pixels) -> NDArray[np.uint8]:
        """The pixels (H, W, 3) in a taken buffer, which is given back when they are no longer used;
        or a copy, where no other buffer is left to decode into."""
        flat = np.frombuffer(self._memory, np.uint8, found.size, buffer * BUFFER_BYTES)
        if not self._free:
            flat = flat.copy()
            self.give_back(buffer, found.size)
        else:
            # Of every view of it, this array is the base.
            finalize(flat, self.give_back, buffer, found.size).atexit = False
        rgb: NDArray[np.uint8] = flat.reshape(found.rows, found.columns, 3)
        return rgb

    def close(self) -> None:
        os.close(self.descriptor)


def _make_file(size: int) -> int:
    """A file that has no name and lies in memory where the system has such files."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("pictures")
    else:
        with TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor
