"""Options of every command that makes a job."""

from collections.abc import Callable
from typing import TypeVar

import click

from api.schemas.options import LEAST_FRAMES_PER_SECOND, MOST_FRAMES_PER_SECOND
from db.job_values import DetectionMode, JobOptions, ThumbnailKind

Command = TypeVar("Command", bound=Callable[..., object])

DEFAULTS = JobOptions()
_OPTIONS = (
    click.option(
        "--tag", "tags", multiple=True, help="A word to find the job by; may be repeated."
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
        help="Also find the small faces of panoramas and crowds, which takes longer: crowd.",
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
)


def takes_job_options(command: Command) -> Command:
    """Adds --tag, passed as `tags`, and one option for each of `facetally.Options`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
