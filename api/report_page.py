"""The page of a job's report: its numbers as steps, plots and sentences."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from api.accuracy_card import AccuracyCard
from api.papers import counted, open_templates
from api.plots import Point, draw_pyramid, draw_timeline
from api.version import VERSION
from db.audience import Audience
from db.bands import PRESETS
from db.breakdown import Dimension, Timeline
from db.disclosure import Disclosure
from db.grouping import AudienceGroup
from db.slices import Period
from db.values import JobStatus, StoredItem, Thumbnail

# Days that a bar of the timeline is wide.
WIDTHS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 28}


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page tells."""

    job: JobStatus
    audience: Audience
    dimensions: Sequence[Dimension]
    dimensions_in_all: int
    timeline: Timeline
    pictures: Sequence[tuple[StoredItem, Thumbnail]]
    failures: Sequence[StoredItem]
    card: AccuracyCard
    min_cell: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of the funnel; a loss is a part of the step before it."""

    name: str
    items: int
    is_loss: bool = False


def render_report(report: Report) -> str:
    """The page; nothing in it is loaded from elsewhere."""
    audience = report.audience
    return (
        open_templates()
        .get_template("report.html")
        .render(
            report=report,
            job=report.job,
            audience=audience,
            min_cell=report.min_cell,
            steps=list(_list_steps(audience)),
            unknown=[
                group for group in audience.groups if group.gender == "unknown" and group.faces != 0
            ],
            plots=dict(_draw(report)),
            pictures=[(item, _to_data(thumbnail)) for item, thumbnail in report.pictures],
            withheld=audience.groups_withheld > 0,
            found=Disclosure(report.min_cell).publish_faces(report.job.counts.faces),
            citation=_cite(report),
        )
    )


def _list_steps(audience: Audience) -> Iterator[Step]:
    funnel = audience.funnel
    yield Step("Submitted", funnel.items)
    if funnel.waiting:
        yield Step("still waiting", funnel.waiting, is_loss=True)
    if funnel.cancelled:
        yield Step("cancelled", funnel.cancelled, is_loss=True)
    for code, items in funnel.failed.items():
        yield Step(f"failed: {code.replace('_', ' ')}", items, is_loss=True)
    yield Step("Analysed", funnel.done)
    if funnel.duplicates:
        yield Step("duplicates of another", funnel.duplicates, is_loss=True)
    if funnel.without_faces:
        yield Step("without faces", funnel.without_faces, is_loss=True)


def _draw(report: Report) -> Iterator[tuple[str, Markup]]:
    if report.audience.faces:
        bands = [band.label for band in PRESETS["marketing"]]
        title = "Population pyramid: shares of all faces by age, female left and male right"
        groups = {(group.gender, group.age_band): group for group in report.audience.groups}
        sides = [[_point(groups[gender, band]) for band in bands] for gender in ("female", "male")]
        yield "pyramid", draw_pyramid(title, bands, *sides)
    timeline = report.timeline
    if timeline.faces:
        title = f"Faces by {timeline.period}"
        yield "timeline", draw_timeline(title, timeline.faces, WIDTHS[timeline.period])


def _point(group: AudienceGroup) -> Point | None:
    share = group.share
    return None if share is None else Point(100 * share.value, 100 * share.low, 100 * share.high)


def _cite(report: Report) -> str:
    """The sentences to put under a number: of what it is, how it was made, what it cannot say."""
    job, min_cell = report.job, report.min_cell
    rule = (
        f" Counts of fewer than {min_cell} faces are withheld, others rounded to a multiple of "
        f"{min_cell}."
        if min_cell > 1
        else ""
    )
    return (
        f"Facetally {VERSION}, job {job.id}, report of {report.made_at:%d %B %Y}: "
        f"{counted(report.audience.faces, min_cell)} faces in {report.audience.funnel.done:,} "
        f"analysed of {report.audience.funnel.items:,} submitted items. Faces are counted, not "
        "people; ages and genders are perceived ones, estimated by neural nets. Intervals are 95 % "
        f"and of sampling alone, without the errors of the nets.{rule}"
    )


def _to_data(thumbnail: Thumbnail) -> str:
    return f"data:{thumbnail.media_type};base64,{b64encode(thumbnail.content).decode()}"
