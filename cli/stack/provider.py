"""Finds out which provider the models run on, before a worker starts.

A separate process opens a model (`python -m cli.stack.provider FILE PROVIDER`), because the main
process of a worker must not have a session open when its children are forked.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from cli.exits import CommandFailed
from models.errors import ModelUnavailable
from models.graphs.graph import AUTO, CPU
from models.graphs.onnx import load_onnx, may_have_cuda
from models.packs.files import locate_file
from models.packs.folder import find_pack
from models.packs.parts import ONNX
from worker.settings import Settings


def prepare_models(settings: Settings, packs: Iterable[str]) -> str:
    """Check the files of these packs, and the provider; returns cpu or cuda, which `auto` may stand
    for."""
    try:
        files = [
            locate_file(pack, file, settings.weights_dir)
            for pack in (find_pack(name, settings.packs_dir) for name in packs)
            for file in pack.files
        ]
    except ModelUnavailable as error:
        raise CommandFailed(str(error)) from error
    models = [file for file in files if file.suffix == ONNX]
    # Other models run on the CPU only.
    if (
        not models
        or settings.provider == CPU
        or (settings.provider == AUTO and not may_have_cuda())
    ):
        return CPU
    return _probe(models[0], settings.provider)


def _probe(model: Path, provider: str) -> str:
    command = [sys.executable, "-P", "-m", "cli.stack.provider", str(model), provider]
    probe = subprocess.run(command, capture_output=True, text=True, check=False)
    if probe.returncode:
        lines = probe.stderr.strip().splitlines()
        raise CommandFailed(lines[-1] if lines else "The model runtime failed without a message.")
    return probe.stdout.strip()


def main() -> None:
    model, provider = sys.argv[1:]
    try:
        graph = load_onnx(Path(model), provider)
    except ModelUnavailable as error:
        sys.exit(str(error))
    sys.stdout.write(graph.provider)


if __name__ == "__main__":
    main()
