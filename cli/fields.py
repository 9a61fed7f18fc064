"""What a submission says about its job beside its items."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TypeVar

import click

from db.values import JobOptions, ThumbnailKind

Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class JobFields:
    """Tags to find the job by, and how its items are worked on."""

    tags: tuple[str, ...] = ()
    options: JobOptions = field(default_factory=JobOptions)

    def to_json(self) -> dict[str, object]:
        """The fields as the API takes them."""
        return {"tags": list(self.tags), "options": asdict(self.options)}


def takes_fields(command: Command) -> Command:
    """Adds --tag and --thumbnails, passed as `tags` and `thumbnails`."""
    tags = click.option(
        "--tag", "tags", multiple=True, help="A word to find the job by; may be repeated."
    )
    thumbnails = click.option(
        "--thumbnails",
        type=click.Choice([kind.value for kind in ThumbnailKind]),
        default=ThumbnailKind.ANNOTATED.value,
        callback=lambda _, __, value: ThumbnailKind(value),
        help="With boxes and labels; the same with faces made unrecognisable; or none [annotated].",
    )
    return tags(thumbnails(command))
