"""Finds out which provider the models run on, before a worker starts.

A separate process opens a model (`python -m cli.stack.provider FOLDER PROVIDER`), because the main
process of a worker must not have a session open when its children are forked.
"""

import subprocess
import sys
from pathlib import Path

from cli.exits import CommandFailed
from models.errors import ModelUnavailable
from models.graphs.graph import CPU
from models.graphs.onnx import load_onnx
from models.weights.catalog import DETECTOR, MODELS
from models.weights.folder import require_file


def prepare_models(weights_dir: Path, provider: str) -> str:
    """Check the weights and the provider; returns cpu or cuda, which `auto` may stand for."""
    try:
        for file in MODELS:
            require_file(weights_dir, file)
    except ModelUnavailable as error:
        raise CommandFailed(str(error)) from error
    return CPU if provider == CPU else _probe(weights_dir, provider)


def _probe(weights_dir: Path, provider: str) -> str:
    command = [sys.executable, "-P", "-m", "cli.stack.provider", str(weights_dir), provider]
    probe = subprocess.run(command, capture_output=True, text=True, check=False)
    if probe.returncode:
        lines = probe.stderr.strip().splitlines()
        raise CommandFailed(lines[-1] if lines else "The model runtime failed without a message.")
    return probe.stdout.strip()


def main() -> None:
    weights_dir, provider = sys.argv[1:]
    try:
        graph = load_onnx(require_file(Path(weights_dir), DETECTOR), provider)
    except ModelUnavailable as error:
        sys.exit(str(error))
    sys.stdout.write(graph.provider)


if __name__ == "__main__":
    main()
