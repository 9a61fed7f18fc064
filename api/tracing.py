"""A span for each request, where traces are wanted: the job that it submits remembers it, so that
the work on it belongs to the same trace."""

import re
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars

if TYPE_CHECKING:
    from worker.traces.tracing import Tracing

HEADER = "traceparent"
# Where a job was submitted, the answer says so.
MADE = re.compile(r"^/(?:v1/)?jobs/(\d+)$")


def trace_requests(app: Flask, tracing: "Tracing") -> None:
    """Trace every request up to the first byte of its answer."""

    def start() -> None:
        g.span = tracing.begin_request(request.method, request.headers.get(HEADER, ""))
        g.trace_parent = tracing.write_parent(g.span)
        bind_contextvars(trace_id=tracing.name_trace(g.span))

    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else ""
        g.span.update_name(f"{request.method} {route}".rstrip())
        g.span.set_attributes(_describe(response, route))
        if response.status_code >= 500:
            tracing.mark_failure(g.span)
        g.span.end()
        return response

    app.before_request(start)
    app.after_request(end)


def find_trace_parent() -> str | None:
    """What continues the trace of this request; None where it has none."""
    found = g.get("trace_parent")
    return found if isinstance(found, str) and found else None


def _describe(response: Response, route: str) -> dict[str, str | int]:
    """Named as OpenTelemetry's conventions for HTTP have it. Queries are left out, as in logs."""
    made = MADE.fullmatch(response.headers.get("Location", ""))
    return {
        "http.request.method": request.method,
        "http.route": route,
        "http.response.status_code": response.status_code,
        "facetally.request_id": g.request_id,
        **({"facetally.job_id": int(made[1])} if made else {}),
    }
