"""The report of a job: a single HTML file with its funnel, plots and explanations."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from api.reports.accuracy_card import AccuracyCard
from api.reports.headline import Headline
from api.reports.plots import draw_timeline
from api.reports.pyramid import make_pyramid
from api.reports.templates import open_templates
from db.audience.breakdown import Dimension, Timeline
from db.audience.table import Audience
from db.counts.periods import Period
from db.item_values import StoredItem, Thumbnail
from db.job_values import JobStatus
from db.slices.disclosure import Disclosure
from worker.version import read_version

COUNTING = {
    False: "Counts are faces, not people: someone in two photos counts twice.",
    True: "People are counted once per photo and once per shot of a video.",
}
# Width of a bar of the timeline, in days.
BAR_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 28}


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page shows."""

    title: str | None
    client: str | None
    job: JobStatus
    audience: Audience
    headline: Headline
    dimensions: Sequence[Dimension]
    dimensions_in_all: int
    timeline: Timeline
    pictures: Sequence[tuple[StoredItem, Thumbnail]]
    failures: Sequence[StoredItem]
    warnings: Sequence[tuple[str, str]]  # name of a video, and what is missing from its results
    card: AccuracyCard
    counts_people: bool  # faces otherwise
    min_cell: int
    made_at: datetime

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and last day of the pictures, as exactly as the timeline has them."""
        starts = list(self.timeline.faces)
        if not starts:
            return None
        return starts[0], starts[-1] + timedelta(days=BAR_DAYS[self.timeline.period] - 1)

    @property
    def unit(self) -> str:
        return "people" if self.counts_people else "faces"


@dataclass(frozen=True, slots=True)
class FunnelBar:
    """A bar of the funnel. A loss is a part of the bar above it."""

    name: str
    items: int
    is_loss: bool = False


def render_report(report: Report) -> str:
    """Render the page; it loads nothing."""
    audience = report.audience
    return (
        open_templates()
        .get_template("job_report.html")
        .render(
            report=report,
            job=report.job,
            audience=audience,
            headline=report.headline,
            min_cell=report.min_cell,
            funnel=list(_list_bars(audience)),
            unknown=[
                group for group in audience.groups if group.gender == "unknown" and group.faces != 0
            ],
            pyramid=make_pyramid(audience.groups),
            timeline=_draw_timeline(report) if audience.faces and report.timeline.faces else None,
            pictures=[(item, _to_data(thumbnail)) for item, thumbnail in report.pictures],
            withheld=audience.groups_withheld > 0,
            unit=report.unit,
            counting=COUNTING[report.counts_people],
            found=Disclosure(report.min_cell).publish_faces(report.job.counts.faces),
            dropped={
                "too small": audience.funnel.faces_too_small,
                "low confidence": audience.funnel.faces_too_unsure,
            },
            version=read_version(),
        )
    )


def _list_bars(audience: Audience) -> Iterator[FunnelBar]:
    funnel = audience.funnel
    yield FunnelBar("Submitted", funnel.items)
    if funnel.waiting:
        yield FunnelBar("waiting", funnel.waiting, is_loss=True)
    if funnel.cancelled:
        yield FunnelBar("cancelled", funnel.cancelled, is_loss=True)
    for code, items in funnel.failed.items():
        yield FunnelBar(f"failed: {code.replace('_', ' ')}", items, is_loss=True)
    yield FunnelBar("Analyzed", funnel.done)
    if funnel.duplicates:
        yield FunnelBar("duplicates", funnel.duplicates, is_loss=True)
    if funnel.without_faces:
        yield FunnelBar("without faces", funnel.without_faces, is_loss=True)


def _draw_timeline(report: Report) -> Markup:
    timeline = report.timeline
    title = f"{report.unit.capitalize()} by {timeline.period}"
    return draw_timeline(title, timeline.faces, BAR_DAYS[timeline.period], report.unit)


def _to_data(thumbnail: Thumbnail) -> str:
    return f"data:{thumbnail.media_type};base64,{b64encode(thumbnail.content).decode()}"
