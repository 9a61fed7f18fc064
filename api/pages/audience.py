"""Audience: who was there in one sentence, then by age, by dimension and over time.

The address contains the question, with the parameters of `GET /v1/audience` and a few of the
page's own, so it can be bookmarked and shared.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.audience_page.breakdown import SORTS, Breakdown, Matrix, make_breakdown, make_matrix
from api.audience_page.filters import Known, list_chips, list_pickers
from api.audience_page.links import Link
from api.audience_page.presets import PRESETS as PERIOD_PRESETS
from api.audience_page.questions import list_questions
from api.audience_page.timeline import Timeline, draw_timeline
from api.audience_page.versus import FIELD as VERSUS
from api.audience_page.versus import PREVIOUS, Versus, compare, has_base, list_others, read_other
from api.audience_schemas.audience import AudienceOut, AudienceParameters
from api.layout.rendering import show
from api.layout.texts import Texts, choose_texts
from api.reports.headline import make_headline
from api.reports.pyramid import make_pyramid
from api.schemas.dimensions import DIMENSION_PREFIX
from api.services import services
from api.validation import validate
from api.views.audience import find_audiences
from db.audience.dimensions import read_values
from db.counts.periods import Period
from db.counts.tags import read_tags
from db.counts.zone_counts import read_zone_names, select_headcounts
from db.jobs.status import read_job_labels
from db.reach import Reach
from db.slices.bands import PRESETS
from db.slices.evaluations import read_evaluations

blueprint = Blueprint("audience_page", __name__)
PYRAMID = ("gender", "age_band")
JOBS_OFFERED = 50
PERIODS = tuple(Period)
# Fields that the API does not have: what is broken down how, and days by name.
PAGE_FIELDS = ("over", "split", "across", "sort", "period", VERSUS)


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows beside the pyramid."""

    over: Period | None
    split: str
    across: str
    sort: str

    @classmethod
    def read(cls, args: Mapping[str, str], dimensions: Collection[str]) -> Self:
        """Another job may lack the dimension of a split that stands in the address."""
        over, sort = args.get("over", ""), args.get("sort", "")
        split, across = (
            one if one in dimensions else ""
            for one in (args.get("split", ""), args.get("across", ""))
        )
        return cls(
            over=Period(over) if over in PERIODS else None,
            split=split,
            across=across if split and across != split else "",
            sort=sort if sort in SORTS else SORTS[0],
        )


@blueprint.get("/audience")
def show_page() -> Response:
    """The answer, the pyramid and, if a dimension or period was chosen, a breakdown by it."""
    args = {name: text for name, text in request.args.items() if text}
    question, text = read_question(args, today()), choose_texts()
    validate(AudienceParameters, question)
    reach = current_caller().reach
    with services().database.read() as session:
        known = _read_known(session, reach, args)
        evaluations = [evaluation.name for evaluation in read_evaluations(session, reach)]
        view = View.read(args, known.values)
    everybody, by_gender, by_band, *rest = find_groupings(
        question,
        [PYRAMID, ["gender"], ["age_band"], *_group_breakdown(view), *_group_timeline(view)],
    )
    breakdown, matrix = _make_breakdown(rest, view)
    return show(
        "audience.html",
        args=args,
        export_query=urlencode({**question, "by": ",".join(_list_groupings(view))}),
        view=view,
        audience=everybody,
        headline=make_headline(everybody.faces, by_gender.groups, by_band.groups),
        pyramid=make_pyramid(everybody.groups),
        breakdown=breakdown,
        matrix=matrix,
        timeline=_draw_timeline(rest, view),
        versus=_compare(args, question, known, (by_gender, by_band)),
        evaluations=evaluations,
        questions=list_questions(known, evaluations, text),
        **_list_choices(known, args, question, text),
    )


def _list_choices(
    known: Known, args: Mapping[str, str], question: Mapping[str, str], text: Texts
) -> dict[str, Any]:
    """What a reader may choose, and what is chosen."""
    link = Link("/audience", args)
    return {
        "link": link,
        "others": list_others(known, args, question, text),
        "pickers": list_pickers(known, args, text),
        "chips": list_chips(args, link, text),
        "presets": list(PRESETS),
        "period_presets": list(PERIOD_PRESETS),
        "periods": PERIODS,
        "sorts": SORTS,
        "dimensions": list(known.values),
    }


def _compare(
    args: Mapping[str, str],
    question: Mapping[str, str],
    known: Known,
    found: Sequence[AudienceOut],
) -> Versus | None:
    """The chosen audience beside another one, if one was chosen."""
    if VERSUS not in args or not has_base(question, args[VERSUS]):
        return None
    other = read_other(question, args[VERSUS])
    second = find_groupings(other, [["gender"], ["age_band"]])
    if args[VERSUS] == PREVIOUS:
        # The earlier one comes first, so that the differences are what has changed since.
        return compare((other, question), second, found, known, choose_texts())
    return compare((question, other), found, second, known, choose_texts())


def today() -> date:
    return datetime.now(UTC).date()


def read_question(args: Mapping[str, str], day: date) -> dict[str, str]:
    """The parameters for the API; days by name become those of this `day`."""
    question = {name: text for name, text in args.items() if name not in PAGE_FIELDS}
    if args.get("period") in PERIOD_PRESETS:
        first, last = PERIOD_PRESETS[args["period"]](day)
        question |= {"from": first.isoformat(), "to": last.isoformat()}
    return question


def find_groupings(question: Mapping[str, str], by: Sequence[Sequence[str]]) -> list[AudienceOut]:
    """Audiences of the same slices, one for each grouping."""
    return find_audiences(
        *(validate(AudienceParameters, {**question, "by": ",".join(names)}) for names in by)
    )


def _read_known(session: Session, reach: Reach, args: Mapping[str, str]) -> Known:
    """Dimensions are those of the chosen job or tag."""
    job = int(args["job"]) if "job" in args else None
    return Known(
        jobs=read_job_labels(session, reach, limit=JOBS_OFFERED),
        tags=[one.tag for one in read_tags(session, reach) if not one.tag.startswith("run:")],
        values=read_values(session, reach, job, args.get("tag")),
        zones=read_zone_names(session, select_headcounts(session, reach, job, args.get("tag"))),
    )


def _list_groupings(view: View) -> list[str]:
    """How the rows of a download are grouped."""
    dimensions = [DIMENSION_PREFIX + name for name in (view.split, view.across) if name]
    return [*dimensions, *([view.over] if view.over else []), *PYRAMID]


def _group_breakdown(view: View) -> list[list[str]]:
    """The groupings that a breakdown is made of."""
    if not view.split:
        return []
    by = [DIMENSION_PREFIX + name for name in (view.split, view.across) if name]
    return [by, [*by, "gender"], *([] if view.across else [[*by, "age_band"]])]


def _make_breakdown(
    found: Sequence[AudienceOut], view: View
) -> tuple[Breakdown | None, Matrix | None]:
    if not view.split:
        return None, None
    everybody, by_gender = found[0].groups, found[1].groups
    if view.across:
        return None, make_matrix(everybody, by_gender)
    return make_breakdown(everybody, by_gender, found[2].groups, view.sort), None


def _group_timeline(view: View) -> list[list[str]]:
    """The groupings that a timeline is made of: one series for each value, unless the split is
    against another dimension."""
    if view.over is None:
        return []
    by = [DIMENSION_PREFIX + view.split] if view.split and not view.across else []
    return [[*by, view.over], [*by, view.over, "gender"]]


def _draw_timeline(found: Sequence[AudienceOut], view: View) -> Timeline | None:
    """From the last two of these."""
    if view.over is None:
        return None
    everybody, by_gender = found[-2:]
    return draw_timeline(everybody.groups, by_gender.groups, view.over, choose_texts())
