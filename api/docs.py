"""The OpenAPI document and its page, which loads nothing from elsewhere."""

import re
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import flask_openapi3_swagger
from flask import Blueprint, Response, current_app, send_from_directory
from flask_openapi3 import OpenAPI

from api.access.rights import find_right
from api.call_groups import CallGroup
from api.layout.rendering import show
from api.media_types import JSON

blueprint = Blueprint("docs", __name__)
SCHEME = "key"
CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
# Swagger UI has styles in its elements.
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# The groups of calls, in the order in which a newcomer meets them.
GROUPS = {
    "jobs": "Submit photos and videos, follow, change, pause and erase jobs.",
    "results": "Read what was found, as JSON, CSV, Parquet and more, or as a report.",
    "items": "One photo or video: its faces, picture, thumbnail and annotated video.",
    "audience": "Who was there: shares by age, gender, time and dimensions, with intervals.",
    "analyze": "Analyze one photo at once; nothing is stored.",
    "live": "Watch cameras and streams of the server.",
    "packs": "The models that jobs can choose.",
    "webhooks": "Have an address of yours told what happens to jobs.",
    "keys": "API keys, and who did what.",
    "health": "For operators: is it up, is it ready, how is it doing?",
}
_writing = Lock()
SWAGGER_FOLDER = Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger"


@blueprint.get("/openapi.json")
def show_document() -> Response:
    """The description of every call, generated from views and schemas."""
    app = current_app
    if not isinstance(app, OpenAPI):
        raise TypeError(f"Expected the application to be OpenAPI, got {type(app).__name__}")
    with _writing:
        return Response(_write_document(app), mimetype=JSON)


@cache
def _write_document(app: OpenAPI) -> str:
    """Written once, because anyone may ask for it."""
    for group in app.blueprints.values():
        if isinstance(group, CallGroup):
            group.describe()
            app.paths.update(group.paths)
            app.components_schemas.update(group.components_schemas)
    document = app.api_doc
    document["tags"] = [{"name": name, "description": text} for name, text in GROUPS.items()]
    _describe_calls(app, document["paths"])
    return str(app.json.dumps(document))


def _describe_calls(app: OpenAPI, paths: dict[str, Any]) -> None:
    """Say of each call which key it needs, and by which name a generated client calls it."""
    for rule in app.url_map.iter_rules():
        calls = paths.get(CONVERTED.sub(r"{\1}", rule.rule), {})
        right = find_right(rule.endpoint)
        for method in (rule.methods or set()) & {name.upper() for name in calls}:
            call = calls[method.lower()]
            call["operationId"] = rule.endpoint.replace(".", "_")
            call["security"] = [] if right.is_open else [{SCHEME: []}]
            if right.scope is not None:
                reach = " that reaches all tenants" if right.of_operators else ""
                needs = f"Needs a key with the scope `{right.scope}`{reach}."
                call["description"] = f"{call.get('description', '')}\n\n{needs}".strip()


@blueprint.get("/docs")
def show_page() -> Response:
    """Swagger UI with the document, in the frame of all pages."""
    response = show("docs.html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


@blueprint.get("/docs/assets/<path:name>")
def show_asset(name: str) -> Response:
    """Swagger UI's own files, from its package."""
    return send_from_directory(SWAGGER_FOLDER, name)
