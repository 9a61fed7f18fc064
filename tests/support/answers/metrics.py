"""What a scrape of /metrics says."""

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


def scrape(client: FlaskClient) -> list[Sample]:
    """Every sample, as Prometheus would store it."""
    text = client.get("/metrics").text
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def read_value(samples: list[Sample], name: str, **labels: str) -> float:
    """The one sample of that name with exactly these labels."""
    [value] = [one.value for one in samples if one.name == name and one.labels == labels]
    return value
