"""The audit log, for administrators."""

from flask import Response
from flask_openapi3 import Tag

from api.access.callers import current_caller
from api.call_groups import CallGroup
from api.operator_schemas.audit import AuditOut, AuditQuery
from api.schemas.errors import ERRORS
from api.schemas.replies import reply
from api.services import services
from db.access.audit import read_entries

blueprint = CallGroup(
    "audit", __name__, url_prefix="/v1", abp_tags=[Tag(name="keys")], abp_responses=ERRORS
)


@blueprint.get("/audit", responses={200: AuditOut})
def list_entries(query: AuditQuery) -> Response:
    """List who submitted, read, exported or erased what, the newest first, a page at a time.

    An administrator sees what concerns the data of their tenant, an operator everything. Looking at
    the state of jobs, and at counts, is not noted.
    """
    wanted = query.model_dump(exclude={"cursor"})
    with services().database.read() as session:
        entries = read_entries(session, current_caller().reach, before=query.cursor, **wanted)
    return reply(AuditOut.of(entries, query.limit))
