"""Options of every command that makes a job."""

from collections.abc import Callable
from typing import TypeVar

import click

from api.schemas.options import LEAST_FRAMES_PER_SECOND, MOST_FRAMES_PER_SECOND
from cli.options.shared import check_zone, parse_pairs
from db.job_values import (
    CaptureSource,
    DetectionMode,
    Duplicates,
    JobOptions,
    ThumbnailKind,
)
from db.stop_rules import StopRule
from models.folder_names import FolderNames

Command = TypeVar("Command", bound=Callable[..., object])

DEFAULTS = JobOptions()


def check_folders_as(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    """What names no dimensions is a usage error."""
    try:
        return value if value is None else FolderNames.parse(value).written
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error


def check_stop_rule(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    """What is no rule is a usage error."""
    try:
        return value if value is None else str(StopRule.parse(value))
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error


_OPTIONS = (
    click.option(
        "--tag", "tags", multiple=True, help="A word to find the job by; may be repeated."
    ),
    click.option(
        "--dimension",
        "dimensions",
        multiple=True,
        callback=parse_pairs,
        metavar="NAME=VALUE",
        help="A dimension of every item, such as store=Lyon; may be repeated.",
    ),
    click.option(
        "--folders-as",
        metavar="NAMES|PATTERN",
        callback=check_folders_as,
        help="Dimensions that folders are, from the top: store,camera makes store=Berlin and "
        "camera=cam2 of Berlin/cam2/a.jpg. * passes over a folder; a pattern such as "
        "{store}/cam{camera} takes a part of one.",
    ),
    click.option(
        "--duplicates",
        type=click.Choice([choice.value for choice in Duplicates]),
        default=DEFAULTS.duplicates.value,
        show_default=True,
        help="Count faces in duplicates every time, or only once; similar: also in photos that "
        "look alike, as in another size or encoding; report: name these, and count every time.",
    ),
    click.option(
        "--thumbnails",
        type=click.Choice([kind.value for kind in ThumbnailKind]),
        default=DEFAULTS.thumbnails.value,
        show_default=True,
        help="Draw boxes and labels, blur the faces as well, or make no thumbnails.",
    ),
    click.option(
        "--pack", metavar="NAME", help="Models to analyze with, by the name of their pack."
    ),
    click.option(
        "--detection",
        type=click.Choice([mode.value for mode in DetectionMode]),
        default=DEFAULTS.detection.value,
        show_default=True,
        help="With crowd, find the small faces of panoramas and crowds, too, which takes longer.",
    ),
    click.option(
        "--captured-at",
        type=click.Choice([source.value for source in CaptureSource]),
        default=DEFAULTS.captured_at.value,
        show_default=True,
        help="Take the time of photos from their EXIF or XMP, or only from a list.",
    ),
    click.option(
        "--time-zone",
        metavar="ZONE",
        callback=check_zone,
        show_default="the server's",
        help="Time zone of days, hours and times without an offset, such as Europe/Paris.",
    ),
    click.option(
        "--frames-per-second",
        type=click.FloatRange(min=LEAST_FRAMES_PER_SECOND, max=MOST_FRAMES_PER_SECOND),
        default=DEFAULTS.frames_per_second,
        show_default=True,
        help="Frames of a video to analyze per second.",
    ),
    click.option(
        "--start-seconds",
        type=click.FloatRange(min=0),
        default=DEFAULTS.start_seconds,
        show_default=True,
        help="Where to start in a video.",
    ),
    click.option(
        "--end-seconds",
        type=click.FloatRange(min=0, min_open=True),
        show_default="the end of the video",
        help="Where to stop in a video.",
    ),
    click.option(
        "--max-frames",
        type=click.IntRange(min=1),
        show_default="no limit",
        help="Maximum number of frames to analyze per video.",
    ),
    click.option(
        "--annotated-video", is_flag=True, help="Create an annotated video of each video."
    ),
    click.option(
        "--people",
        is_flag=True,
        help="Link the faces of one person across photos and shots, so that people are counted "
        "once. This makes biometric data, which is removed when the job ends. A server's "
        "operator has to allow it.",
    ),
    click.option(
        "--stop-when",
        metavar="WHOSE:MARGIN",
        callback=check_stop_rule,
        help="Analyze items in random order, and stop once the share of these faces is known to "
        "within the margin: female:0.02, or ages like 25-34:0.03. Resume the job for the rest.",
    ),
    click.option(
        "--results-to",
        metavar="URI",
        help="Have the server write results there as Parquet files as they come: a folder or a "
        "bucket that its operator allows, such as s3://results.",
    ),
)


def takes_job_options(command: Command) -> Command:
    """Adds --tag and --dimension, passed as `tags` and `dimensions`, and one option for each of
    `facetally.Options`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
