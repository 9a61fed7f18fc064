"""A bulk worker whose analysis takes no time and finds one face in each item: what is left is the
coordination.
"""

from collections.abc import Sequence
from hashlib import blake2b

from db.engine import Database
from db.item_values import ClaimedItem, ItemResult
from db.results.duplicates import find_recorded
from models.face import AgeEstimate, Box, Face, FaceQuality, Gender, Pose
from models.nets.analyzer import Analyzer
from worker.app import create_app
from worker.chunks.claiming import Claimer
from worker.chunks.runner import ChunkRunner
from worker.lease import HeldChunk, LeaseTerms
from worker.logs import configure_logging
from worker.packs.analyzers import share_analyzer
from worker.pictures.analysis import PictureAnalysis
from worker.queue.runner import InteractiveRunner
from worker.runners import Runners, make_chunk_runner
from worker.settings import Settings
from worker.sources.reader import DIGEST_BYTES, Sources


class NoAnalyzer(Analyzer):
    """Stands where models would: nothing asks it for a face."""

    def __init__(self) -> None:
        pass


class InstantAnalysis(PictureAnalysis):
    """Answers for every item at once; reads and decodes nothing."""

    def __init__(self) -> None:
        pass

    def analyze(self, items: Sequence[ClaimedItem], held: HeldChunk) -> list[ItemResult]:
        results = [_find_face(item) for item in items]
        digests = [result.digest for result in results if result.digest is not None]
        # Duplicates are looked up as for any chunk: that is a part of the coordination.
        with held.database.read() as session:
            find_recorded(session, held.chunk.job_id, digests)
        return results


def _find_face(item: ClaimedItem) -> ItemResult:
    # A digest lies anywhere among the others, as that of a picture does.
    digest = blake2b(item.id.to_bytes(8), digest_size=DIGEST_BYTES).digest()
    return ItemResult(
        item, width_pixels=640, height_pixels=480, faces=(_face_of(item.id),), digest=digest
    )


def _face_of(number: int) -> Face:
    """Ages and genders spread over all cells, as those of a crowd do."""
    years = number % 90
    return Face(
        box=Box(number % 500, 20, 120, 140),
        score=0.9,
        landmarks=((40, 60), (80, 60), (60, 90), (45, 120), (75, 120)),
        gender=Gender(0.97 if number % 2 else 0.03),
        age=AgeEstimate(years, max(0, years - 6), years + 6, "25-32"),
        quality=FaceQuality(0.9, 40.0, 0.9, 0.5, 0.3, Pose(0.0, 0.0, 0.0)),
    )


def make_instant_runners(settings: Settings, terms: LeaseTerms) -> Runners:
    analyzers = share_analyzer(settings, NoAnalyzer())

    def make_chunks() -> ChunkRunner:
        claimer = Claimer(Database(settings.database_url), terms, analyzers)
        sources = Sources.from_settings(settings)
        return make_chunk_runner(settings, claimer, analyzers, sources, InstantAnalysis())

    return Runners(make_chunks, lambda: InteractiveRunner(settings, analyzers))


# Celery's `--app` takes this, so the environment is read here.
configure_logging()
app = create_app(Settings.from_env(), make_instant_runners)
