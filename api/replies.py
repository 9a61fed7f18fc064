"""Answers and request bodies, as views send them and as the OpenAPI document describes them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response
from pydantic import BaseModel


def reply(body: BaseModel, status: int = HTTPStatus.OK) -> Response:
    """A value as JSON."""
    return Response(body.model_dump_json(), status, mimetype="application/json")


def describe_body(models: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """The OpenAPI description of a request body that may come in one of several media types."""
    content = {media_type: {"schema": inline_schema(model)} for media_type, model in models.items()}
    return {"requestBody": {"required": True, "content": content}}


def inline_schema(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema with what it refers to written out, for places that cannot hold
    definitions."""
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
