"""API keys: made, listed and revoked by administrators."""

from http import HTTPStatus

from flask import Response, abort
from flask_openapi3 import Tag

from api.access.callers import current_caller
from api.call_groups import CallGroup
from api.errors import ApiError
from api.operator_schemas.keys import KeyBody, KeyOut, KeyPath, KeysOut, MadeKeyOut
from api.schemas.errors import ERRORS, answers
from api.schemas.replies import reply
from api.services import services
from db.access.key_values import ApiKey
from db.access.keys import create_key, read_keys, revoke_key

blueprint = CallGroup(
    "keys", __name__, url_prefix="/v1", abp_tags=[Tag(name="keys")], abp_responses=ERRORS
)


@blueprint.get("/keys", responses={200: KeysOut})
def list_keys() -> Response:
    """List the API keys that were made, also those that expired or were revoked."""
    with services().database.read() as session:
        return reply(KeysOut.of(read_keys(session, current_caller().reach)))


@blueprint.post("/keys", responses={201: MadeKeyOut})
def create(body: KeyBody) -> Response:
    """Make an API key.

    The answer shows it this once: only its digest is stored. To rotate a key, make another, let
    its holders change to that, and revoke the first.
    """
    secret, key = make_key(body)
    made = MadeKeyOut(**KeyOut.of(key).model_dump(), key=secret)
    response = reply(made, HTTPStatus.CREATED)
    response.headers["Location"] = f"/v1/keys/{key.id}"
    return response


@blueprint.delete("/keys/<int:key_id>", responses=answers(KeyOut, 200))
def revoke(path: KeyPath) -> Response:
    """Revoke an API key, and end the sessions of browsers that it opened.

    Every process of the API refuses it within 5 seconds. It stays listed.
    """
    return reply(KeyOut.of(end_key(path.key_id)))


def make_key(body: KeyBody) -> tuple[str, ApiKey]:
    """The secret and the key; raises ApiError for a tenant out of the caller's reach."""
    reach = current_caller().reach
    wanted = body.to_key(reach.home)
    if reach.tenant is not None and wanted.reach != reach:
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            f"Your key makes keys for the tenant {reach.home!r} only. Leave out the tenant, or ask "
            "an operator.",
            "foreign_tenant",
        )
    with services().database.write() as session:
        made = create_key(session, wanted)
    services().keyring.forget()
    return made


def end_key(key_id: int) -> ApiKey:
    """The key, revoked; the request ends with 404 where the caller has none of this number."""
    with services().database.write() as session:
        key = revoke_key(session, current_caller().reach, key_id)
    services().keyring.forget()
    return key or abort(404, f"There is no key {key_id}.")
