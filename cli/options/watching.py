"""Options of commands that look at a folder again and again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often to look; `once`: until everything that is there now was seen; `again`: as if
    nothing had been seen before."""

    every_seconds: float
    once: bool
    again: bool


def takes_rhythm(command: Command) -> Command:
    """Adds --every, --once and --again, passed as `every_seconds`, `once` and `again`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--every",
        "every_seconds",
        type=click.FloatRange(min=0.1),
        default=10.0,
        show_default=True,
        metavar="SECONDS",
        help="How often to look; a file is taken once it stays the same for so long.",
    ),
    click.option("--once", is_flag=True, help="Take what is new since the last time, and end."),
    click.option("--again", is_flag=True, help="Begin with all files, also those taken before."),
)
