"""The analyzer as the settings say, for benchmarks that measure it alone."""

from models.nets.analyzer import Analyzer, load_analyzer
from worker.settings import Settings


def open_analyzer(settings: Settings) -> Analyzer:
    """On the CPU, with one thread, as a worker opens it."""
    return load_analyzer(
        settings.weights_dir,
        provider="cpu",
        detection_side=settings.detection_side,
        score_threshold=settings.score_threshold,
        smallest_face_pixels=settings.smallest_face_pixels,
    )
