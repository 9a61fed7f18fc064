"""Finds out which provider the models run on, before a worker starts.

A separate process opens a model on each device (`python -m cli.stack.provider FILE PROVIDER
[DEVICE]`), because the main process of a worker must not have a session open when its children are
forked.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from cli.exits import CommandFailed
from models.errors import ModelUnavailable
from models.graphs.device import Device
from models.graphs.graph import AUTO, COREML, CPU, OPENVINO, TENSORRT
from models.graphs.onnx import load_onnx, may_have_cuda
from models.graphs.providers import require_plain
from models.packs.files import locate_file
from models.packs.folder import find_pack
from models.packs.parts import ONNX
from worker.devices import list_devices
from worker.settings import Settings

# These keep what they build in a folder.
KEEPERS = (TENSORRT, OPENVINO, COREML)


def prepare_models(settings: Settings, packs: Iterable[str]) -> str:
    """Check the files of these packs, and each device; returns the provider, which `auto` may stand
    for."""
    try:
        files = [
            locate_file(pack, file, settings.weights_dir)
            for pack in (find_pack(name, settings.packs_dir) for name in packs)
            for file in pack.files
        ]
        devices = list_devices(settings)
        models = [file for file in files if file.suffix == ONNX]
        # Other models run on the CPU only.
        if not models or not _may_accelerate(settings.provider):
            require_plain(devices[0])
            return CPU
    except ModelUnavailable as error:
        raise CommandFailed(str(error)) from error
    if settings.provider in KEEPERS:
        settings.engines_dir.mkdir(parents=True, exist_ok=True)
    [provider] = {_probe(models[0], device) for device in devices}
    return provider


def _may_accelerate(provider: str) -> bool:
    return provider != CPU and (provider != AUTO or may_have_cuda())


def _probe(model: Path, device: Device) -> str:
    command = [sys.executable, "-P", "-m", "cli.stack.provider", str(model), device.provider]
    if device.index is not None:
        command.append(str(device.index))
    probe = subprocess.run(command, capture_output=True, text=True, check=False)
    if probe.returncode:
        lines = probe.stderr.strip().splitlines()
        raise CommandFailed(lines[-1] if lines else "The model runtime failed without a message.")
    return probe.stdout.strip()


def main() -> None:
    model, provider, *index = sys.argv[1:]
    device = Device(provider, int(index[0]) if index else None)
    try:
        graph = load_onnx(Path(model), device)
    except ModelUnavailable as error:
        sys.exit(str(error))
    sys.stdout.write(graph.provider)


if __name__ == "__main__":
    main()
