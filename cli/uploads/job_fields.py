"""What a submission says about its job beside its items."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TypeVar

import click

from api.schemas.options import LEAST_FRAMES_PER_SECOND, MOST_FRAMES_PER_SECOND
from db.job_values import JobOptions, ThumbnailKind

Command = TypeVar("Command", bound=Callable[..., object])


_VIDEO_OPTIONS = (
    click.option(
        "--frames-per-second",
        type=click.FloatRange(min=LEAST_FRAMES_PER_SECOND, max=MOST_FRAMES_PER_SECOND),
        default=JobOptions().frames_per_second,
        help="How often videos are looked at [2].",
    ),
    click.option(
        "--start-seconds",
        type=click.FloatRange(min=0),
        default=0.0,
        help="Where in videos to begin [0].",
    ),
    click.option(
        "--end-seconds", type=click.FloatRange(min=0, min_open=True), help="Where to end [the end]."
    ),
    click.option(
        "--max-frames",
        type=click.IntRange(min=1),
        help="How often each video is looked at at most.",
    ),
    click.option(
        "--annotated-video", is_flag=True, help="Keep a copy of each video with boxes drawn in."
    ),
)


@dataclass(frozen=True, slots=True)
class JobFields:
    """Tags to find the job by, and how its items are worked on."""

    tags: tuple[str, ...] = ()
    options: JobOptions = field(default_factory=JobOptions)

    def to_json(self) -> dict[str, object]:
        """The fields as the API takes them."""
        return {"tags": list(self.tags), "options": asdict(self.options)}


def takes_fields(command: Command) -> Command:
    """Adds --tag, passed as `tags`, and the options of pictures and videos, as `JobOptions` names
    them."""
    tags = click.option(
        "--tag", "tags", multiple=True, help="A word to find the job by; may be repeated."
    )
    thumbnails = click.option(
        "--thumbnails",
        type=click.Choice([kind.value for kind in ThumbnailKind]),
        default=ThumbnailKind.ANNOTATED.value,
        callback=lambda _, __, value: ThumbnailKind(value),
        help="With boxes and labels; the same with faces made unrecognizable; or none [annotated].",
    )
    for option in reversed((tags, thumbnails, *_VIDEO_OPTIONS)):
        command = option(command)
    return command
