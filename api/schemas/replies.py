"""Answers as JSON, and how the OpenAPI document describes bodies."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response
from pydantic import BaseModel

from api.media_types import JSON

BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
PLAIN: dict[str, Any] = {"schema": {"type": "string"}}


def reply(body: BaseModel, status: int = HTTPStatus.OK) -> Response:
    """A body as JSON."""
    return Response(body.model_dump_json(), status, mimetype=JSON)


CSV_EXAMPLE: dict[str, Any] = {
    "schema": {"type": "string"},
    "example": "uri,name,captured_at,store\n"
    "s3://campaign-photos/2026/1.jpg,door 1,2026-05-01T10:00:00Z,Lyon\n",
}


def document_body(bodies: Mapping[str, type[BaseModel] | dict[str, Any]]) -> dict[str, Any]:
    """The OpenAPI description of a request body that may come in one of several media types."""
    content = {
        media_type: body if isinstance(body, dict) else {"schema": inline_schema(body)}
        for media_type, body in bodies.items()
    }
    return {"requestBody": {"required": True, "content": content}}


def inline_schema(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema without references, for places that cannot contain definitions."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    inlined = _inline(schema, definitions)
    return inlined if isinstance(inlined, dict) else {}


def _inline(part: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inline(element, definitions) for element in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inline(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {name: _inline(value, definitions) for name, value in part.items()}
