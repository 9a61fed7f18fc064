"""What every benchmark does as a program: read its options, write its figures, end cleanly."""

import argparse
import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from cli.signals import raise_dropped_again
from cli.speed.machine import Machine

OUT = Path("benchmarks/out")


def make_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the option that all benchmarks share."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the figures")
    return parser


def begin() -> dict[str, object]:
    """To be called first: SIGTERM ends the program from here on, and the machine is described."""
    exit_on_sigterm()
    return describe_machine()


def exit_on_sigterm() -> None:
    """Let SIGTERM end the program as Ctrl-C does: everything it started is ended, too."""
    signal.signal(signal.SIGTERM, _exit)
    raise_dropped_again()


@contextmanager
def make_scratch_folder() -> Iterator[Path]:
    """A folder that is gone at the end."""
    with TemporaryDirectory(prefix="facetally-bench-") as folder:
        yield Path(folder)


@contextmanager
def defer_signals() -> Iterator[None]:
    """A signal that ends the program does so after this block."""
    came: list[int] = []
    handlers = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for first in came[:1]:
        signal.raise_signal(first)


def _exit(number: int, _: object) -> NoReturn:
    # A second one must not interrupt the clean-up that the first has started.
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def describe_machine() -> dict[str, object]:
    """The machine, and whether it was quiet when the program started."""
    machine = Machine.read()
    if not machine.is_quiet:
        say(f"{machine.describe_load()}: take no absolute figures.")
    return asdict(machine)


def write_figures(folder: Path, name: str, figures: Mapping[str, object]) -> None:
    """`figures` as NAME.json in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")


def say(line: str) -> None:
    """A line on the standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def fail(reason: str) -> NoReturn:
    """End without figures: what was to be measured did not happen."""
    sys.exit(f"{reason} Nothing was measured.")
