"""The analyzer as the settings say, for benchmarks that measure it alone."""

from cli.environment import read_settings
from models.nets.analyzer import Analyzer, load_analyzer
from models.weights.catalog import SAMPLES
from models.weights.folder import require_file
from worker.settings import Settings


def read_cpu_settings() -> Settings:
    """The settings of the environment, on the CPU; ModelUnavailable without the sample pictures."""
    settings = read_settings(provider="cpu")
    for sample in SAMPLES:
        require_file(settings.weights_dir, sample)
    return settings


def open_analyzer(settings: Settings) -> Analyzer:
    """On the CPU, with one thread, as a worker opens it."""
    return load_analyzer(
        settings.weights_dir,
        provider="cpu",
        detection_side=settings.detection_side,
        score_threshold=settings.score_threshold,
        smallest_face_pixels=settings.smallest_face_pixels,
    )
