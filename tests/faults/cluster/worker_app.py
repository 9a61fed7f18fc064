"""A worker as it runs in production, but for its models, which answer at once, and its pictures, of
which some are poison: `celery --app tests.faults.cluster.worker_app worker`.
"""

import ctypes
import os
import resource
import signal
import time
from collections.abc import Sequence

import numpy as np

from db.engine import Database
from models.face import Face
from models.nets.analyzer import AlignedFace, AlignedFaces, Analyzer
from models.pictures.picture import Picture
from tests.faults.cluster.deliveries import CountedRunner
from tests.faults.cluster.fail_points import FaultyClaimer, NotedAnalysis, install_in_crashes
from tests.faults.pictures import (
    SCHEME,
    UNSEEN,
    detect,
    draw_picture,
    drop,
    estimate,
    kind_of,
    read_key,
)
from worker.app import create_app
from worker.lease import LeaseTerms
from worker.logs import configure_logging
from worker.packs.analyzers import share_analyzer
from worker.people.runner import PeopleRunner
from worker.queue.runner import InteractiveRunner
from worker.runners import Runners
from worker.settings import Settings
from worker.sources.reader import Sources
from worker.videos.analysis import VideoAnalysis
from worker.videos.runner import VideoRunner

CHIP = np.zeros((1, 1, 3), dtype=np.uint8)
ITEM_SECONDS = float(os.environ.get("FAULTS_ITEM_SECONDS", "0"))
TIME_LIMIT_SECONDS = float(os.environ.get("FAULTS_TIME_LIMIT_SECONDS", "300"))
CLOCK_OFFSET_SECONDS = float(os.environ.get("FAULTS_CLOCK_OFFSET_SECONDS", "0"))
SWELL_BYTES = 256 << 20


class KnownAnalyzer(Analyzer):
    """Finds the faces that the pixels encode."""

    def __init__(self) -> None:
        pass

    @property
    def batch_pictures(self) -> int:
        return 1

    def detect(self, pictures: Sequence[Picture], *, crowd: bool = False) -> list[AlignedFaces]:
        time.sleep(ITEM_SECONDS * len(pictures))
        keys = [read_key(picture.rgb) for picture in pictures]
        return [
            AlignedFaces(
                [AlignedFace(one, (CHIP,), estimate(one).quality) for one in detect(key)], drop(key)
            )
            for key in keys
        ]

    def estimate(self, aligned: Sequence[AlignedFace]) -> list[Face]:
        return [estimate(face.detection) for face in aligned]


class PoisonedSources(Sources):
    """Draws pictures instead of reading them; some crash the process that reads them."""

    def read(self, uri: str) -> bytes:
        if not uri.startswith(SCHEME):
            return super().read(uri)
        name = uri.removeprefix(SCHEME)
        _poison(kind_of(name))
        return draw_picture(name)


def _poison(kind: str) -> None:
    if kind == "segv":
        ctypes.string_at(0)
    elif kind in ("kill", UNSEEN):
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "hang":
        time.sleep(3600)
    elif kind == "swell":
        _swell()


def _swell() -> None:
    """Allocate without end; at the limit the process is killed, as by the kernel."""
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: PTH123, SIM115
    resource.setrlimit(resource.RLIMIT_AS, (used + SWELL_BYTES, resource.RLIM_INFINITY))
    held = []
    try:
        while True:
            held.append(bytearray(16 << 20))
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)


def _shift_clock() -> None:
    """The wall clock of this process is wrong, like that of a host without a time server."""
    real = time.time
    time.time = lambda: real() + CLOCK_OFFSET_SECONDS


def make_faulty_runners(settings: Settings, terms: LeaseTerms) -> Runners:
    analyzers = share_analyzer(settings, KnownAnalyzer())

    def make_chunks() -> CountedRunner:
        sources = PoisonedSources.from_settings(settings)
        return CountedRunner(
            FaultyClaimer(Database(settings.database_url), terms, analyzers),
            NotedAnalysis(settings, analyzers, sources),
            VideoRunner(settings, VideoAnalysis(settings, analyzers, sources)),
            PeopleRunner(settings),
            settings.gender_min_probability,
        )

    return Runners(make_chunks, lambda: InteractiveRunner(settings, analyzers))


if CLOCK_OFFSET_SECONDS:
    _shift_clock()
install_in_crashes()
configure_logging()
app = create_app(Settings.from_env(), make_faulty_runners)
app.conf.task_time_limit = TIME_LIMIT_SECONDS
