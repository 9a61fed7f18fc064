"""The standard variables say whether traces are sent, and where; one setting counts before them."""

import pytest

from worker.settings import Settings, SettingsError

BASE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/"}
OWN = "https://traces.example/v1/traces"


@pytest.mark.parametrize(
    ("environ", "endpoint"),
    [
        ({}, ""),
        (BASE, "http://collector:4318/v1/traces"),
        ({**BASE, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": OWN}, OWN),
        ({**BASE, "FACETALLY_TRACING_ENDPOINT": OWN}, OWN),
        ({**BASE, "OTEL_SDK_DISABLED": "true"}, ""),
        ({**BASE, "OTEL_TRACES_EXPORTER": "none"}, ""),
        ({**BASE, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, ""),
        ({**BASE, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}, ""),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317"}, ""),
    ],
)
def test_the_endpoint_is_found(environ: dict[str, str], endpoint: str) -> None:
    assert Settings.from_env(environ).tracing_endpoint == endpoint


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"FACETALLY_TRACING_ENDPOINT: .*http://"):
        Settings.from_env({"FACETALLY_TRACING_ENDPOINT": "collector:4317"})
