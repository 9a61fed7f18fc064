"""The OpenAPI document and its page, which loads nothing from elsewhere."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import flask_openapi3_swagger
from flask import Blueprint, Response, current_app, render_template, send_from_directory
from flask_openapi3 import OpenAPI

from api.access.rights import find_right
from api.media_types import JSON

blueprint = Blueprint("docs", __name__)
SCHEME = "key"
CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
# Swagger UI has styles in its elements.
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SWAGGER_FOLDER = Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger"


@blueprint.get("/openapi.json")
def show_document() -> Response:
    """The description of every call, generated from views and schemas."""
    app = current_app
    if not isinstance(app, OpenAPI):
        raise TypeError(f"Expected the application to be OpenAPI, got {type(app).__name__}")
    return Response(_write_document(app), mimetype=JSON)


@cache
def _write_document(app: OpenAPI) -> str:
    """Written once, because anybody may ask for it."""
    document = app.api_doc
    _describe_access(app, document["paths"])
    return str(app.json.dumps(document))


def _describe_access(app: OpenAPI, paths: dict[str, Any]) -> None:
    """Say of each call which key it needs."""
    for rule in app.url_map.iter_rules():
        calls = paths.get(CONVERTED.sub(r"{\1}", rule.rule), {})
        right = find_right(rule.endpoint)
        for method in (rule.methods or set()) & {name.upper() for name in calls}:
            call = calls[method.lower()]
            call["security"] = [] if right.is_open else [{SCHEME: []}]
            if right.scope is not None:
                reach = " that reaches all tenants" if right.of_operators else ""
                needs = f"Needs a key with the scope `{right.scope}`{reach}."
                call["description"] = f"{call.get('description', '')}\n\n{needs}".strip()


@blueprint.get("/docs")
def show_page() -> Response:
    """Swagger UI with the document."""
    return Response(render_template("docs.html"), headers={"Content-Security-Policy": POLICY})


@blueprint.get("/docs/assets/<path:name>")
def show_asset(name: str) -> Response:
    """Swagger UI's own files, from its package."""
    return send_from_directory(SWAGGER_FOLDER, name)


@blueprint.get("/docs/start.js")
def show_start() -> Response:
    """The script that starts Swagger UI: a file, because pages have no inline scripts."""
    return send_from_directory(Path(__file__).parent / "static", "docs.js")
