"""The options of `train` that decide what comes out of it."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from db.slices.bands import Band, parse_bands
from training.faces.findings import LEFT_OUT_BY_DEFAULT, FindingKind
from training.options import (
    LARGEST_SIDE,
    SMALLEST_SIDE,
    Averaging,
    Framing,
    Mask,
    NetKind,
    TrainingOptions,
)

Command = TypeVar("Command", bound=Callable[..., object])

DEFAULTS = TrainingOptions(nets=(NetKind.CNN2,), ages=(), leave_out=())
DEFAULT_AGES = "adience"
NOTHING = "none"


def _choose(kinds: Sequence[str]) -> click.Choice[str]:
    return click.Choice([str(kind) for kind in kinds])


def _parse_ages(_: click.Context, __: click.Parameter, text: str) -> tuple[Band, ...]:
    try:
        return parse_bands(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _parse_kinds(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    kinds = [] if text == NOTHING else [part.strip() for part in text.split(",")]
    if unknown := sorted({*kinds} - {*FindingKind}):
        known = ", ".join(FindingKind)
        raise click.BadParameter(f"expected {NOTHING}, or a list of {known}; got {unknown[0]!r}")
    return tuple(sorted(kinds))


_OPTIONS = (
    click.option(
        "--net", "nets", type=_choose([*NetKind]), multiple=True,
        default=[net.value for net in DEFAULTS.nets], show_default=True,
        help="Net to train; give several, and they vote.",
    ),
    click.option(
        "--age-by-gender", is_flag=True, help="Train a net of ages for each gender.",
    ),
    click.option(
        "--ages", default=DEFAULT_AGES, show_default=True, callback=_parse_ages, metavar="BANDS",
        help="Classes of ages: adience, marketing, life_stage, or a list like 0-17,18-34,35-120.",
    ),
    click.option(
        "--crop", "framing", type=_choose([*Framing]), default=DEFAULTS.framing.value,
        show_default=True,
        help="Find the face in each photo, or take each photo as a whole: a face cut out before.",
    ),
    click.option(
        "--side", type=click.IntRange(SMALLEST_SIDE, LARGEST_SIDE), default=DEFAULTS.side,
        show_default=True, help="Side of what the nets see, in pixels. Levi and Hassner: 227.",
    ),
    click.option(
        "--averaging", type=_choose([*Averaging]), default=DEFAULTS.averaging.value,
        show_default=True, help="Crops of a face whose estimates are averaged.",
    ),
    click.option(
        "--mask",
        type=_choose([*Mask]),
        default=DEFAULTS.mask.value,
        show_default=True,
        help="Hide the background: all outside of an ellipse.",
    ),
    click.option(
        "--leave-out", default=",".join(LEFT_OUT_BY_DEFAULT), callback=_parse_kinds,
        show_default=f"all but {FindingKind.UNLIKELY}", metavar="KINDS",
        help=f"Kinds of findings whose rows are left out: {', '.join(FindingKind)}, or {NOTHING}.",
    ),
    click.option(
        "--folds", type=click.IntRange(2, 20), default=DEFAULTS.folds, show_default=True,
        help="Parts of the photos; each is measured by nets trained on the others.",
    ),
    click.option(
        "--epochs", type=click.IntRange(1, 1000), default=DEFAULTS.epochs, show_default=True,
        help="How often each net sees every face.",
    ),
    click.option(
        "--batch", type=click.IntRange(1, 1024), default=DEFAULTS.batch, show_default=True,
        help="Faces in one step.",
    ),
    click.option(
        "--rate", "learning_rate", type=click.FloatRange(0, 1, min_open=True),
        default=DEFAULTS.learning_rate, show_default=True, help="Learning rate at the start.",
    ),
    click.option(
        "--step-epochs", type=click.IntRange(1, 1000), default=DEFAULTS.step_epochs,
        show_default=True, help="Number of epochs after which the rate is divided by 10 again.",
    ),
    click.option(
        "--dropout", type=click.FloatRange(0, 1, max_open=True), default=DEFAULTS.dropout,
        show_default=True, help="Share of values that are dropped while training.",
    ),
    click.option(
        "--seed", type=click.IntRange(0, 2**31), default=DEFAULTS.seed, show_default=True,
        help="Everything drawn follows from it.",
    ),
    click.option(
        "--threads", type=click.IntRange(1, 256), default=os.cpu_count() or 1,
        show_default="one for each core",
        help="CPU threads. Another number may change the last digits.",
    ),
)  # fmt: skip


def takes_training_options(command: Command) -> Command:
    """Adds the options; `make_options` reads them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def make_options(given: Mapping[str, Any]) -> TrainingOptions:
    """What a training is asked for, out of the values of the options by name."""
    return TrainingOptions(
        **{
            **given,
            "nets": tuple(dict.fromkeys(NetKind(one) for one in given["nets"])),
            "framing": Framing(given["framing"]),
            "averaging": Averaging(given["averaging"]),
            "mask": Mask(given["mask"]),
        }
    )
