"""Keys: the API keys with a form to make one and a button to revoke each, who is logged in, and
what was done lately."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, Response, request

from api.access.callers import current_caller
from api.layout.rendering import show
from api.operator_schemas.keys import KeyBody, KeysOut
from api.operator_schemas.sessions import HolderQuery, SessionsListOut
from api.operator_views.keys import end_key, make_key
from api.operator_views.sessions import end_all, find_sessions
from api.services import services
from api.validation import validate
from db.access.audit import read_entries
from db.access.key_values import Scope
from db.access.keys import read_keys

blueprint = Blueprint("keys_page", __name__)
# Days until a key expires; none for a key that does not.
LIFETIMES = (30, 90, 365)
# Of the audit log, the newest first; `facetally audit` lists all of it.
MOST_ENTRIES = 50


@blueprint.get("/keys")
def show_page() -> Response:
    """The keys, the newest first."""
    return _show()


@blueprint.post("/keys")
def create() -> Response:
    """Make a key, and show it this once."""
    form = request.form
    days = form.get("days", type=int)
    body = {
        "name": form.get("name", "").strip(),
        "scopes": form.getlist("scope"),
        "tenant": form.get("tenant", "").strip() or None,
        "expires_at": None if days is None else datetime.now(UTC) + timedelta(days=min(days, 3650)),
    }
    secret, made = make_key(validate(KeyBody, body))
    response = _show(HTTPStatus.CREATED, secret, made.name)
    response.headers["Location"] = f"/v1/keys/{made.id}"
    return response


@blueprint.post("/keys/sessions/end")
def end() -> Response:
    """End the sessions of a holder; the reader may be one of them."""
    end_all(validate(HolderQuery, {"holder": request.form.get("holder", "")}).to_holder())
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/keys"})


@blueprint.post("/keys/<number:key_id>/revoke")
def revoke(key_id: int) -> Response:
    """End a key, and show those that are left."""
    end_key(key_id)
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/keys"})


def _show(status: int = HTTPStatus.OK, secret: str = "", made: str = "") -> Response:
    reach = current_caller().reach
    with services().database.read() as session:
        keys = KeysOut.of(read_keys(session, reach)).keys
        entries = read_entries(session, reach, limit=MOST_ENTRIES)
    return show(
        "keys.html",
        status,
        keys=keys,
        entries=entries,
        open_sessions=SessionsListOut.of(find_sessions()).sessions,
        scopes=list(Scope),
        lifetimes=LIFETIMES,
        secret=secret,
        made=made,
        chooses_tenant=reach.tenant is None,
    )
