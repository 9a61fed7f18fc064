"""A worker as it runs in production, but for its nets, which answer at once, and its pictures, of
which some are poison: `celery --app tests.faults.worker_app worker`.
"""

import ctypes
import os
import resource
import signal
import time
from collections.abc import Sequence
from functools import cache

import numpy as np

import worker.app
import worker.chunks.runner
from models.face import Face
from models.nets.analyzer import Analyzer, FoundFace, FoundFaces
from models.pictures.picture import Picture
from tests.faults import fail_points
from tests.faults.deliveries import count_deliveries
from tests.faults.pictures import SCHEME, classify, detect, draw_picture, drop, kind_of, read_key
from worker.sources.reader import Sources

CHIP = np.zeros((1, 1, 3), dtype=np.uint8)
ITEM_SECONDS = float(os.environ.get("FAULTS_ITEM_SECONDS", "0"))
TIME_LIMIT_SECONDS = float(os.environ.get("FAULTS_TIME_LIMIT_SECONDS", "300"))
CLOCK_OFFSET_SECONDS = float(os.environ.get("FAULTS_CLOCK_OFFSET_SECONDS", "0"))
SWELL_BYTES = 256 << 20


class KnownAnalyzer(Analyzer):
    """Finds the faces that the pixels stand for."""

    def __init__(self) -> None:
        pass

    @property
    def batch_pictures(self) -> int:
        return 1

    def find(self, pictures: Sequence[Picture]) -> list[FoundFaces]:
        time.sleep(ITEM_SECONDS * len(pictures))
        keys = [read_key(picture.rgb) for picture in pictures]
        return [
            FoundFaces([FoundFace(one, CHIP) for one in detect(key)], drop(key)) for key in keys
        ]

    def classify(self, found: Sequence[FoundFace]) -> list[Face]:
        return [classify(face.detection) for face in found]


class PoisonedSources(Sources):
    """Draws pictures instead of reading them; some end the process that asks."""

    def read(self, uri: str) -> bytes:
        if not uri.startswith(SCHEME):
            return super().read(uri)
        name = uri.removeprefix(SCHEME)
        _poison(kind_of(name))
        return draw_picture(name)


def _poison(kind: str) -> None:
    if kind == "segv":
        ctypes.string_at(0)
    elif kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "hang":
        time.sleep(3600)
    elif kind == "swell":
        _swell()


def _swell() -> None:
    """Allocate without end; at the limit the process is killed, as the kernel would do."""
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: PTH123, SIM115
    resource.setrlimit(resource.RLIMIT_AS, (used + SWELL_BYTES, resource.RLIM_INFINITY))
    held = []
    try:
        while True:
            held.append(bytearray(16 << 20))
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)


def _shift_clock() -> None:
    """The wall clock of this process is off, as that of a host without a time server."""
    real = time.time
    time.time = lambda: real() + CLOCK_OFFSET_SECONDS


def _keep_no_word_of_items() -> None:
    """As where a worker dies before it has written down which item it is at."""
    worker.chunks.runner.mark_current_item = lambda *_: True


if os.environ.get("FAULTS_BLIND"):
    _keep_no_word_of_items()
if CLOCK_OFFSET_SECONDS:
    _shift_clock()
count_deliveries()
fail_points.install_in_worker()
worker.app._open_analyzer = cache(KnownAnalyzer)
worker.app.Sources = PoisonedSources
app = worker.app.app
app.conf.task_time_limit = TIME_LIMIT_SECONDS
