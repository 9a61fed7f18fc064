"""Packs with all their models, opened as a worker opens them: a second or more each."""

import os

from models.graphs.device import Device
from models.nets.analyzer import Analyzer, load_analyzer
from models.packs.shipped_packs import read_shipped
from models.weights.folder import default_weights_dir
from worker.packs.analyzers import Analyzers, open_analyzers
from worker.settings import Settings


def open_whole_packs(settings: Settings) -> Analyzers:
    """Those that the settings allow."""
    return open_analyzers(settings)


def load_whole_pack(name: str) -> Analyzer:
    """One that comes with Facetally."""
    return load_analyzer(default_weights_dir(os.environ), read_shipped(name), device=Device("cpu"))
