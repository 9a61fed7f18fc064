"""How large a submission may be, for programs that cut theirs to fit."""

from flask import Response
from flask_openapi3 import Tag

from api.call_groups import CallGroup
from api.operator_schemas.limits import LimitsOut
from api.schemas.errors import ERRORS
from api.schemas.replies import reply
from api.services import services

blueprint = CallGroup(
    "limits", __name__, url_prefix="/v1", abp_tags=[Tag(name="jobs")], abp_responses=ERRORS
)


@blueprint.get("/limits", responses={200: LimitsOut})
def show_limits() -> Response:
    """Show the limits of requests, pictures and videos."""
    return reply(LimitsOut.model_validate(services().settings, from_attributes=True))
