"""Tags and dimensions: what there is to filter and group by, and what there is not."""

from collections.abc import Iterable
from difflib import get_close_matches

from flask import Response
from flask_openapi3 import Tag
from sqlalchemy.orm import Session

from api.access.callers import current_caller
from api.audience_schemas.audience import GROUPINGS
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
    for name in dict.fromkeys((*by, *query.dimensions)):
        if not has_dimension(session, *of_jobs, name):
            known = read_values(session, *of_jobs)
            groupings = [*GROUPINGS, *Period] if name in by else []
            hint = _suggest(name, [*groupings, *known])
            raise InvalidRequest(f"No item has a dimension {name!r}.{hint}")
    for name, value in query.dimensions.items():
        if not has_dimension(session, *of_jobs, name, value):
            known = read_values(session, *of_jobs)
            hint = _suggest(value, known.get(name, []))
            raise InvalidRequest(f"No item has {name}={value}.{hint}")


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
