"""A collector of traces that speaks OTLP: what it was sent, as spans."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.support.servers.web import Page, WebServer, answer
from worker.traces.endpoint import PATH


@dataclass
class Collector:
    """Spans in the order in which they came, and the services that sent some."""

    web: WebServer
    page: Page
    spans: list[Span] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    @property
    def url(self) -> str:
        return self.web.url + PATH

    def __call__(self, request: Any) -> None:
        for sent in ExportTraceServiceRequest.FromString(request.body).resource_spans:
            self.services |= {
                one.value.string_value
                for one in sent.resource.attributes
                if one.key == "service.name"
            }
            self.spans += [span for scope in sent.scope_spans for span in scope.spans]
        self.page(request)

    def find(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]

    def find_one(self, name: str) -> Span:
        [span] = self.find(name)
        return span


@contextmanager
def collecting(page: Page | None = None) -> Iterator[Collector]:
    """A collector that answers with this page."""
    with WebServer() as web:
        collector = Collector(web, page or answer())
        web.pages[PATH] = collector
        yield collector


def read_values(span: Span) -> dict[str, object]:
    """The attributes of a span."""
    return {
        one.key: getattr(one.value, one.value.WhichOneof("value") or "string_value")
        for one in span.attributes
    }
