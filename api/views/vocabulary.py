"""Tags and dimensions: what there is to filter and group by, and what there is not."""

from collections.abc import Iterable
from difflib import get_close_matches

from flask import Response
from flask_openapi3 import Tag
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.audience_schemas.audience import BY_ZONE, GROUPINGS
from api.audience_schemas.vocabulary import DimensionsOut, DimensionsQuery, TagsOut
from api.call_groups import CallGroup
from api.errors import InvalidRequest
from api.schemas.errors import ERRORS, answers
from api.schemas.replies import reply
from api.services import services
from api.validation import refuse_repeated_parameters
from api.views.job_replies import find_job
from db.audience.dimensions import has_dimension, read_dimensions, read_values
from db.counts.periods import Period
from db.counts.tags import has_job_with, read_tags
from db.counts.zone_counts import ZONE_DIMENSION, read_zone_names, select_headcounts
from db.reach import Reach
from db.slices.queries import SliceQuery

blueprint = CallGroup(
    "vocabulary", __name__, url_prefix="/v1", abp_tags=[Tag(name="audience")], abp_responses=ERRORS
)
# Words that an error names.
MOST_NAMED = 20


@blueprint.get("/dimensions", responses=answers(DimensionsOut, 200))
def list_dimensions(query: DimensionsQuery) -> Response:
    """List the dimensions of items and their values, of one job, of a tag, or of all jobs."""
    refuse_repeated_parameters()
    reach = current_caller().reach
    if query.job is not None:
        find_job(query.job)
    with services().database.read() as session:
        if query.tag is not None:
            _refuse_unknown_tag(session, reach, query.tag)
        found = read_dimensions(session, reach, query.job, query.tag, services().min_cell)
    return reply(DimensionsOut.of(found, query.limit))


@blueprint.get("/tags", responses={200: TagsOut})
def list_tags() -> Response:
    """List the tags of jobs, with the number of jobs and items that have them."""
    with services().database.read() as session:
        return reply(TagsOut(tags=read_tags(session, current_caller().reach)))


def refuse_unknown_words(session: Session, query: SliceQuery, *others: SliceQuery) -> None:
    """Refuse a tag, a dimension or a value that no item has: as a filter it would find nobody, and
    as a grouping it would put everybody in one group. All queries are for the same faces."""
    if query.tag is not None:
        _refuse_unknown_tag(session, query.reach, query.tag)
    of_jobs = (query.reach, query.job_id, query.tag)
    by = dict.fromkeys(name for one in (query, *others) for name in one.by_dimensions)
    filters = dict(query.dimensions)
    if query.of_zones:
        _refuse_unknown_zone(session, query, filters.pop(ZONE_DIMENSION, None))
        by.pop(ZONE_DIMENSION, None)
    for name in dict.fromkeys((*by, *filters)):
        if not has_dimension(session, *of_jobs, name):
            known = read_values(session, *of_jobs)
            groupings = [*GROUPINGS, *Period, BY_ZONE] if name in by else []
            hint = _suggest(name, [*groupings, *known])
            raise InvalidRequest(f"No item has a dimension {name!r}.{hint}")
    for name, value in filters.items():
        if not has_dimension(session, *of_jobs, name, value):
            known = read_values(session, *of_jobs)
            hint = _suggest(value, known.get(name, []))
            raise InvalidRequest(f"No item has {name}={value}.{hint}")


def _refuse_unknown_zone(session: Session, query: SliceQuery, zone: str | None) -> None:
    """A zone that no headcount counted in; or, without one, that there is none at all."""
    jobs = select_headcounts(session, query.reach, query.job_id, query.tag)
    known = read_zone_names(session, jobs)
    if not known:
        raise InvalidRequest(
            "No headcount has counted people in zones here. Keep zones for a live source by "
            "PUT /v1/zones/{name}. Those of other jobs are counted by GET /v1/jobs/{job_id}/zones."
        )
    if zone is not None and zone not in known:
        raise InvalidRequest(f"No headcount has counted in a zone {zone!r}.{_suggest(zone, known)}")


def _refuse_unknown_tag(session: Session, reach: Reach, tag: str) -> None:
    if not has_job_with(session, reach, tag):
        known = [one.tag for one in read_tags(session, reach)]
        raise InvalidRequest(f"No job has the tag {tag!r}.{_suggest(tag, known)}")


def _suggest(word: str, known: Iterable[str]) -> str:
    """The words that may have been meant, else some that there are."""
    words = [str(one) for one in known]
    if close := get_close_matches(word, words, n=3):
        return f" Did you mean {' or '.join(close)}?"
    if not words:
        return ""
    named = ", ".join(words[:MOST_NAMED])
    others = len(words) - MOST_NAMED
    return f" There are: {named}{f' and {others} others' if others > 0 else ''}."
