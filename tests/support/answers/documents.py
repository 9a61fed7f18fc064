"""Our documents as readers use them: their code blocks, and the console sessions they show."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCUMENTS = (
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("*.md")),
)
LEFT_OUT = "..."
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# The installed command, whatever the folder of the environment is called.
SHELL = f"""
facetally() {{ {sys.executable} -P -m cli.main "$@"; }}
.venv/bin/facetally() {{ facetally "$@"; }}
python() {{ {sys.executable} "$@"; }}
set -euo pipefail
"""


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a console session and the lines that the document shows after it."""

    command: str
    shown: tuple[str, ...]


def read_blocks(document: Path, *languages: str) -> list[str]:
    """The fenced blocks in any of these languages."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", document.read_text(), re.DOTALL | re.MULTILINE)
    return [block for language, block in found if language in languages]


def read_session(block: str) -> list[Step]:
    """A block that starts with a prompt, as its commands with what they print."""
    steps = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        steps.append(Step(command, tuple(shown)))
    return steps


def read_commands(document: Path) -> list[str]:
    """Every command line of a document, comments removed and continued lines joined."""
    lines = [line for block in read_blocks(document, "sh") for line in block.splitlines()]
    sessions = [read_session(block) for block in read_blocks(document, "console")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines)).split("\n")
    commands = [re.sub(r"(^|\s)#.*", "", line).strip() for line in joined]
    return [*filter(None, commands), *(step.command for steps in sessions for step in steps)]


def run_shell(script: str, folder: Path, environ: Mapping[str, str]) -> str:
    """What a script prints, with `facetally` and `python` as this environment has them."""
    done = subprocess.run(
        ["bash", "-c", SHELL + script],
        cwd=folder,
        env=dict(environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


def run_session(
    steps: Sequence[Step], changes: Mapping[str, str], folder: Path, environ: Mapping[str, str]
) -> list[list[str]]:
    """The lines that each step prints, all in one shell, with texts changed before."""
    mark = "=== end of a step ==="
    script = "".join(f"{step.command}\necho; echo '{mark}'\n" for step in steps)
    for text, change in changes.items():
        script = script.replace(text, change)
    outputs = run_shell(script, folder, environ).split(f"{mark}\n")[:-1]
    return [output.strip("\n").split("\n") if output.strip() else [] for output in outputs]


def check_step(step: Step, printed: Sequence[str]) -> None:
    """A step prints what the document shows; nothing need be shown."""
    if step.shown:
        assert _matches(step.shown, printed), (step, "\n".join(printed))


def _matches(shown: Sequence[str], printed: Sequence[str]) -> bool:
    if not shown:
        return not printed
    if shown[0].strip() == LEFT_OUT:
        return any(_matches(shown[1:], printed[skip:]) for skip in range(1, len(printed) + 1))
    if not printed or not _is_alike(shown[0], printed[0]):
        return False
    return _matches(shown[1:], printed[1:])


def _is_alike(shown: str, printed: str) -> bool:
    """The same text; numbers may differ a little, as they do between processors."""
    if NUMBER.sub("#", shown) != NUMBER.sub("#", printed):
        return False
    expected, found = (list(map(float, NUMBER.findall(line))) for line in (shown, printed))
    return found == pytest.approx(expected, rel=0.02, abs=0.01)
