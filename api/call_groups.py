"""Groups of calls, which are described in the OpenAPI document once somebody asks for it."""

from collections.abc import Callable
from typing import Any

from flask_openapi3 import APIBlueprint
from flask_openapi3.types import ParametersTuple
from flask_openapi3.utils import parse_parameters


class CallGroup(APIBlueprint):
    """A blueprint that does not write the schemas of its calls when it is imported: that would take
    a seventh of the processor time in which the API starts."""

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self._undescribed: list[tuple[str, Callable[..., Any], dict[str, Any]]] = []

    def _collect_openapi_info(
        self, rule: str, func: Callable[..., Any], **details: Any
    ) -> ParametersTuple:
        self._undescribed.append((rule, func, details))
        return parse_parameters(func, doc_ui=False)

    def describe(self) -> None:
        """Write the schemas, for `paths` and `components_schemas`; for one thread at a time."""
        for rule, func, details in self._undescribed:
            super()._collect_openapi_info(rule, func, **details)
        self._undescribed.clear()
