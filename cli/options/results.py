"""Options of commands that read results: what is taken of them, and where it is written."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from cli.options.shared import parse_pairs
from db.states import ItemState

GENDERS = ("female", "male", "unknown")
STATE = click.Choice([state.value for state in ItemState])


Command = TypeVar("Command", bound=Callable[..., object])


takes_file = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to this file (atomically).",
)


takes_dimensions = click.option(
    "--dimension",
    "dimensions",
    multiple=True,
    callback=parse_pairs,
    metavar="NAME=VALUE",
    help="Only items with this dimension; may be repeated.",
)


_QUALITY_OPTIONS = (
    click.option("--quality-min", type=float, help="Minimum quality of a face, 0 to 1."),
    click.option(
        "--pose",
        type=click.Choice(["any", "frontal"]),
        default="any",
        show_default=True,
        help="With frontal, only faces turned towards the camera.",
    ),
)


_FILTERS = (
    click.option("--state", type=STATE, help="Only items in this state."),
    click.option("--gender", type=click.Choice(GENDERS), help="Only faces of this gender."),
    click.option("--age-min", type=int, help="Minimum age."),
    click.option("--age-max", type=int, help="Maximum age."),
    click.option("--name", help="Only items with this in their name."),
    click.option("--score-min", type=float, help="Minimum detection confidence, 0 to 1."),
    *_QUALITY_OPTIONS,
)


def takes_filters(command: Command) -> Command:
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def takes_quality(command: Command) -> Command:
    for option in reversed(_QUALITY_OPTIONS):
        command = option(command)
    return command
