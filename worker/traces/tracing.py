"""Spans of requests and chunks, sent to a collector by a thread that nobody waits for.

A chunk that is claimed within an hour of its submission belongs to the trace of the request. Later
ones have traces of their own with a link to it: a trace of days would be of no use.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread
from time import monotonic, time_ns

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import (
    Link,
    Span,
    SpanKind,
    StatusCode,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from db.item_values import ClaimedChunk
from worker.outages import OutageLog
from worker.stages import StageTimes
from worker.version import read_version

CHILD_SECONDS = 3600.0
# An ending process waits this long for its last spans to be sent.
CLOSING_SECONDS = 2.0
NANOSECONDS = 1_000_000_000
HEADER = "traceparent"
# The header has 55 characters; later versions of it may have more.
LONGEST_PARENT = 200
PROPAGATOR = TraceContextTextMapPropagator()


class Tracing:
    """The traces of one process; several threads use it."""

    def __init__(self, endpoint: str, service: str) -> None:
        # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES count before this.
        named = {} if "OTEL_SERVICE_NAME" in os.environ else {SERVICE_NAME: service}
        resource = Resource.create({"service.version": read_version(), **named})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = PatientExporter(OTLPSpanExporter(endpoint))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("facetally", read_version())

    @staticmethod
    def mark_failure(span: Span) -> None:
        span.set_status(StatusCode.ERROR)

    @staticmethod
    def name_trace(span: Span) -> str:
        """As collectors show it."""
        return f"{span.get_span_context().trace_id:032x}"

    @staticmethod
    def write_parent(span: Span) -> str:
        """What others need to continue the trace of this span."""
        carrier: dict[str, str] = {}
        PROPAGATOR.inject(carrier, set_span_in_context(span))
        return carrier.get(HEADER, "")

    def begin_request(self, method: str, parent: str) -> Span:
        """`parent` is the header of the request, which may hold anything."""
        context = _read_parent(parent)
        return self._tracer.start_span(method, context, SpanKind.SERVER)

    @contextmanager
    def trace_chunk(self, chunk: ClaimedChunk, times: StageTimes) -> Iterator[Span]:
        """The span of a chunk, with one for each stage of the work in the block, and one for its
        way through Redis."""
        context, links = _find_place(chunk)
        if chunk.sent_at is not None:
            sent = _read_time(chunk.sent_at)
            hint = self._tracer.start_span(
                "hint", context, SpanKind.PRODUCER, links=links, start_time=sent
            )
            # Clocks of hosts differ.
            hint.end(max(sent, time_ns()))
            context, links = set_span_in_context(hint), ()
        span = self._tracer.start_span("chunk", context, SpanKind.CONSUMER, _describe(chunk), links)
        times.begin_notes()
        try:
            yield span
        finally:
            within = set_span_in_context(span)
            for stage, note in times.take_notes().items():
                self._write_stage(within, stage, note.first, note.last, note.seconds, note.count)
            span.end()

    def _write_stage(
        self, within: Context, stage: str, first: float, last: float, seconds: float, count: int
    ) -> None:
        """A stage from its first beginning to its last end: its parts lie between those of others,
        and for hundreds of thousands of items they would be too many."""
        values = {"facetally.seconds": seconds, "facetally.count": count}
        span = self._tracer.start_span(stage, within, attributes=values, start_time=_to_time(first))
        span.end(_to_time(last))

    def close(self) -> None:
        """Send what is left, unless the collector takes too long."""
        thread = Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        thread.start()
        thread.join(CLOSING_SECONDS)


class PatientExporter(SpanExporter):
    """Says in the log when the collector goes and comes back, and not for each batch. What it does
    not take is dropped."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._outages = OutageLog("trace collector")
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is SpanExportResult.SUCCESS:
            self._outages.note_return()
        else:
            self._outages.note_loss("it does not take spans")
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _read_parent(parent: str) -> Context:
    """Empty for what is no parent."""
    carrier = {HEADER: parent} if len(parent) <= LONGEST_PARENT else {}
    return PROPAGATOR.extract(carrier, Context())


def _find_place(chunk: ClaimedChunk) -> tuple[Context, Sequence[Link]]:
    """Where a chunk belongs: within the trace of its submission or, much later, beside it."""
    parent = _read_parent(chunk.trace_parent or "")
    submitted = get_current_span(parent).get_span_context()
    if not submitted.is_valid:
        return Context(), ()
    age = datetime.now(UTC) - chunk.submitted_at if chunk.submitted_at else None
    if age is not None and age.total_seconds() > CHILD_SECONDS:
        return Context(), (Link(submitted),)
    return parent, ()


def _describe(chunk: ClaimedChunk) -> dict[str, str | int]:
    return {
        "facetally.job_id": chunk.job_id,
        "facetally.chunk_id": chunk.id,
        "facetally.kind": chunk.kind.value,
        "facetally.items": len(chunk.items),
    }


def _read_time(moment: datetime) -> int:
    return int(moment.timestamp() * NANOSECONDS)


def _to_time(seconds: float) -> int:
    """A time of the monotonic clock."""
    return time_ns() - int((monotonic() - seconds) * NANOSECONDS)
