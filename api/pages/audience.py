"""Audience: the population pyramid and a breakdown, with the parameters of `GET /v1/audience`.

The address contains the question, so it can be bookmarked and shared.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from api.callers import current_caller
from api.errors import InvalidRequest
from api.pages.rendering import show
from api.reports.pyramid import make_pyramid
from api.schemas.audience import AudienceOut, AudienceParameters
from api.schemas.dimensions import DIMENSION_PREFIX
from api.services import services
from api.validation import validate
from api.views.audience import find_audiences
from db.audience.bands import PRESETS
from db.audience.dimensions import read_values
from db.audience.evaluations import read_evaluations
from db.audience.grouping import AudienceGroup
from db.counts.periods import Period
from db.counts.tags import read_tags

blueprint = Blueprint("audience_page", __name__)
PYRAMID = ("gender", "age_band")
PERIODS = tuple(Period)
# Filters that the page suggests; others can be typed.
MOST_PAIRS = 500
# Form fields that the API does not have: a filter as text, and how to break down.
PAGE_FIELDS = ("where", "over", "split")


@blueprint.get("/audience")
def show_page() -> Response:
    """The pyramid and, if a dimension or period was chosen, a breakdown by it."""
    question = _read_question()
    over, split = request.args.get("over", ""), request.args.get("split", "").strip()
    breakdown_by = [part for part in (split and DIMENSION_PREFIX + split, over) if part]
    [audience] = _find(question, [PYRAMID])
    reach = current_caller().reach
    with services().database.read() as session:
        evaluations = [evaluation.name for evaluation in read_evaluations(session, reach)]
        tags = [one.tag for one in read_tags(session, reach)]
        values = read_values(session, reach, None, None)
    return show(
        "audience.html",
        question=question,
        link=urlencode({**question, "by": ",".join([*breakdown_by, *PYRAMID])}),
        over=over,
        split=split,
        audience=audience,
        pyramid=make_pyramid(audience.groups),
        breakdown=_read_breakdown(question, breakdown_by),
        presets=list(PRESETS),
        periods=PERIODS,
        evaluations=evaluations,
        tags=tags,
        dimensions=list(values),
        pairs=_list_pairs(values),
    )


def _list_pairs(values: Mapping[str, Sequence[str]]) -> list[str]:
    """What the filter can be, as it is typed."""
    pairs = (f"{name}={value}" for name, known in values.items() for value in known)
    return list(islice(pairs, MOST_PAIRS))


def _read_question() -> dict[str, str]:
    """The parameters for the API, without empty fields; the filter `store=Lyon` becomes
    `dimension.store`."""
    given = {name: text for name, text in request.args.items() if text}
    if "where" in given:
        name, _, value = given["where"].partition("=")
        if not (name.strip() and value.strip()):
            problem = "Enter a filter as name=value, for example store=Lyon."
            raise InvalidRequest(problem)
        given[DIMENSION_PREFIX + name.strip()] = value.strip()
    return {name: text for name, text in given.items() if name not in PAGE_FIELDS}


def _find(question: Mapping[str, str], by: Sequence[Sequence[str]]) -> list[AudienceOut]:
    """Audiences of the same slices, one for each grouping."""
    return find_audiences(
        *(validate(AudienceParameters, {**question, "by": ",".join(names)}) for names in by)
    )


def _read_breakdown(question: Mapping[str, str], by: list[str]) -> list[dict[str, object]]:
    """A row for each value and period, with its faces in all and by gender. The total may be
    published where the count of a gender is withheld."""
    if not by:
        return []
    everybody, by_gender = _find(question, [by, [*by, "gender"]])
    rows: dict[tuple[str | None, ...], dict[str, object]] = {
        _key_row(group): {"label": _name_row(group), "faces": group.faces}
        for group in everybody.groups
    }
    for group in by_gender.groups:
        rows.get(_key_row(group), {})[group.gender or ""] = group.faces
    return list(rows.values())


def _key_row(group: AudienceGroup) -> tuple[str | None, ...]:
    return (*group.dimensions.values(), group.period)


def _name_row(group: AudienceGroup) -> str:
    parts = [*group.dimensions.values(), group.period]
    return " · ".join(part for part in parts if part) or "-"
