"""Two audiences side by side."""

from collections.abc import Mapping

from flask import Response, request
from flask_openapi3 import Tag

from api.audience_schemas.audience import (
    AudienceOut,
    AudienceParameters,
    ComparedAudiencesOut,
    VersusParameters,
)
from api.call_groups import CallGroup
from api.errors import InvalidRequest
from api.schemas.dimensions import DIMENSION_PREFIX
from api.schemas.errors import ERRORS, answers
from api.schemas.replies import reply
from api.validation import refuse_repeated_parameters, validate
from api.views.audience import find_audiences
from db.audience.differences import list_differences

blueprint = CallGroup(
    "compared_audiences",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="audience")],
    abp_responses=ERRORS,
)
VERSUS = "versus."
# What may differ: whose faces they are, not how they are counted and grouped.
FILTERS = ("job", "tag", "from", "to", "zone", "quality_min", "pose")


@blueprint.get("/audience/compare", responses=answers(ComparedAudiencesOut, 200))
def compare_audiences(query: VersusParameters) -> Response:
    """Compare two audiences: periods, tags, jobs, or values of dimensions.

    Each difference has a 95% interval, for audiences without common faces.
    """
    refuse_repeated_parameters()
    given = request.args.to_dict()
    first = {name: value for name, value in given.items() if not name.startswith(VERSUS)}
    second = {name: value for name, value in {**first, **_read_versus(given)}.items() if value}
    if first.get("format", "json") != "json":
        raise InvalidRequest("A comparison is JSON. Leave out format.")
    one, other = map(_find, (first, second))
    groups = list_differences(one.groups, other.groups)
    return reply(ComparedAudiencesOut(first=one, second=other, groups=groups))


def _read_versus(given: Mapping[str, str]) -> dict[str, str]:
    """What differs in the second audience."""
    differing = {
        name.removeprefix(VERSUS): value for name, value in given.items() if name.startswith(VERSUS)
    }
    for name in differing:
        if name not in FILTERS and not name.startswith(DIMENSION_PREFIX):
            raise InvalidRequest(
                f"The two audiences cannot differ in {name!r}, only in {', '.join(FILTERS)}, and "
                f"{DIMENSION_PREFIX}<name>."
            )
    if not differing:
        raise InvalidRequest(
            "Say what differs in the second audience, for example versus.tag=autumn."
        )
    return differing


def _find(parameters: Mapping[str, str]) -> AudienceOut:
    [audience] = find_audiences(validate(AudienceParameters, parameters))
    return audience
