"""Sessions of browsers: listed, and ended for one holder, by administrators."""

from flask import Response
from flask_openapi3 import Tag

from api.access.callers import current_caller
from api.call_groups import CallGroup
from api.operator_schemas.sessions import EndedOut, HolderQuery, SessionsListOut
from api.schemas.errors import ERRORS
from api.schemas.replies import reply
from api.services import services
from db.access.holders import end_sessions, read_sessions
from db.access.key_values import Holder, Sessions

blueprint = CallGroup(
    "sessions", __name__, url_prefix="/v1", abp_tags=[Tag(name="keys")], abp_responses=ERRORS
)


@blueprint.get("/sessions", responses={200: SessionsListOut})
def list_sessions() -> Response:
    """List who is logged in with a browser: people of an OpenID provider, and holders of keys."""
    return reply(SessionsListOut.of(find_sessions()))


@blueprint.delete("/sessions", responses={200: EndedOut})
def end(query: HolderQuery) -> Response:
    """End all sessions of one person or key, in every process at once.

    People who still have access can log in again: first remove them from their group at the
    provider, or revoke the key.
    """
    return reply(EndedOut(ended=end_all(query.to_holder())))


def find_sessions() -> list[Sessions]:
    keyring = services().keyring
    with services().database.read() as session:
        reach = current_caller().reach
        return read_sessions(session, reach, keyring.issuer, keyring.own_digests)


def end_all(holder: Holder) -> int:
    """How many sessions of the holder were ended; none where they are out of the caller's reach."""
    keyring = services().keyring
    with services().database.write() as session:
        reach = current_caller().reach
        return end_sessions(session, reach, holder, keyring.issuer, keyring.own_digests)
