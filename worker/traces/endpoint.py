"""Where traces are sent, as the standard variables of OpenTelemetry say, unless a setting does."""

from collections.abc import Mapping

PATH = "/v1/traces"
PROTOCOL = "http/protobuf"
EXAMPLE = "http://localhost:4318/v1/traces"
WEB = ("http://", "https://")


def find_endpoint(environ: Mapping[str, str]) -> str:
    """The whole address; empty where the variables name none, switch traces off, or ask for a
    protocol that is not spoken here."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return ""
    if environ.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
        return ""
    protocol = environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", PROTOCOL)
    if environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", protocol) != PROTOCOL:
        return ""
    base = environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").rstrip("/")
    found = environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", base and base + PATH)
    return found if found.startswith(WEB) else ""


def check_endpoint(url: str) -> str:
    """Raises ValueError for what is no address of a collector."""
    if url and not url.startswith(WEB):
        raise ValueError("the address must begin with http:// or https://, as in " + EXAMPLE)
    return url
