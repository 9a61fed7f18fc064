"""The settings of benchmarks that run the models."""

from cli.environment import read_settings
from models.weights.catalog import SAMPLES
from models.weights.folder import require_file
from worker.settings import Settings


def read_cpu_settings() -> Settings:
    """The settings of the environment, on the CPU; ModelUnavailable without the sample pictures."""
    settings = read_settings(provider="cpu")
    for sample in SAMPLES:
        require_file(settings.weights_dir, sample)
    return settings
